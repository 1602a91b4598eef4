//! Finds the references that a browser follows in CSS, JavaScript and web app
//! manifests, by tokens. Pure: bytes in, references out. Knows no assets, no
//! URLs of a site and no Django.
//!
//! [`finder::references`] chooses the language's own search. Each reference has the
//! bytes of its URL, and [`escape::escape`] spells another URL for the same place.

mod css;
pub mod escape;
pub mod finder;
pub mod found_reference;
mod js;
mod same_length;
mod source_map;
mod webmanifest;
