//! How files with the same bytes come to be. Knows no file system.

/// How a file is copied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LinkMode {
    /// By the kernel, which shares blocks where the file system can.
    #[default]
    Reflink,
    /// Every file has blocks of its own.
    Copy,
    /// Files of STATIC_ROOT with the same bytes are one file.
    Hardlink,
}
