//! The values of `--link-mode`. Knows no file system.

/// How files are copied to STATIC_ROOT.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LinkMode {
    /// The kernel copies; on some file systems both files share their blocks.
    #[default]
    Reflink,
    /// Every file has its own blocks.
    Copy,
    /// Files in STATIC_ROOT with the same bytes are hard links to one file.
    Hardlink,
}
