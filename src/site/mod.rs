//! What a site should answer for its static files, and what is wrong with its answers: bytes,
//! types, caching and the rest of what browsers go by. Pure: the room of stores asks the site.

pub mod answer_checks;
pub mod cache_control;
pub mod cure;
pub mod expected;
pub mod finding;
pub mod finding_text;
pub mod findings;
pub mod later_checks;
pub mod media_type;
pub mod sample;
pub mod server;
pub mod site_checker;
pub mod site_request;
