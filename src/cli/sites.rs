//! Defines the flags of verbs that ask a deployed site. Does not know what they do.

use clap::Args;

use super::groups::When;

#[derive(Debug, Args)]
#[command(next_help_heading = "Site")]
pub struct SiteArgs {
    /// URL of STATIC_URL on a deployed site, such as https://example.com/static/
    ///
    /// The site is asked for every file that the manifest names, as browsers ask: for contents,
    /// types, encodings, caching and redirects. -j is the number of requests at a time, 8 by
    /// default.
    #[arg(value_name = "URL", help_heading = None)]
    pub url: Option<String>,

    /// Origin of the pages, if it is not that of the static files
    ///
    /// Such as https://www.example.com. Fonts and modules then need Access-Control-Allow-Origin.
    #[arg(long, value_name = "ORIGIN", requires = "url")]
    pub origin: Option<String>,

    /// How long the site may take to answer a request, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..=3600), hide_short_help = true)]
    pub timeout: u16,

    /// When to show a progress bar while a site is asked
    #[arg(long, value_enum, default_value_t = When::Auto, hide_short_help = true)]
    pub progress: When,
}
