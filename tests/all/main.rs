//! All tests that run the program, in one binary, by topic: `fixtures`
//! (Django's own outcomes), `house` (the layout of the source).

mod fixtures;
mod house;
mod outcome;
mod speaking;
mod tree;
