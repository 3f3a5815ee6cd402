//! What is logged of a file that is read.

use std::io;
use std::path::Path;

use carwatch_formats::visible::visible;
use carwatch_ingest::News;

/// What failed, and was told: not ten times a second.
#[derive(Debug, Default)]
pub(super) struct Failing(Option<io::ErrorKind>);

/// Tells of `news` of the source at `path`; `file` is where the file that is read was found.
pub(super) fn tell(path: &Path, file: &Path, news: News) {
    let (path, file) = (path.to_string_lossy(), file.to_string_lossy());
    let (source, file) = (visible(&path), visible(&file));
    match news {
        News::Missing => tracing::info!(%source, "waiting for the source"),
        News::Resumed { offset: 0, .. } => tracing::info!(
            %source, "reading the source from its start: it was truncated, and nothing read since"
        ),
        News::Resumed { offset, line } => {
            tracing::info!(%source, offset, line, "reading the source on from where it was left");
        }
        News::Rest { offset, line } => tracing::info!(
            %source, %file, offset, line,
            "the source was rotated meanwhile: reading the rest of what it was before"
        ),
        News::Between { offset, line } => tracing::info!(
            %source, %file, offset, line,
            "the source was rotated more than once meanwhile: reading what it was in between"
        ),
        News::Unmatched => tracing::warn!(
            %source,
            "no position in the store belongs to the source: reading it from its start"
        ),
        News::Gone => tracing::warn!(
            %source, "the source is gone: reading what it was until there is another one"
        ),
        News::Back => tracing::info!(%source, "the source is back"),
        News::Replaced => tracing::info!(
            %source, "the source was replaced: its old file was read to its end"
        ),
        News::Truncated => tracing::warn!(
            %source, %file, "the source was truncated: reading it from its start"
        ),
    }
}

impl Failing {
    /// The path cannot be looked at, or opened.
    pub(super) fn path(&mut self, path: &Path, error: &io::Error) {
        self.tell(path, error, "cannot open the source: reading what it was until that works");
    }

    /// It can.
    pub(super) fn path_works(&mut self, path: &Path) {
        self.works(path, "the source can be opened again");
    }

    /// What is open cannot be read.
    pub(super) fn read(&mut self, path: &Path, error: &io::Error) {
        self.tell(path, error, "cannot read the source: trying again");
    }

    /// It can.
    pub(super) fn read_works(&mut self, path: &Path) {
        self.works(path, "the source can be read again");
    }

    fn tell(&mut self, path: &Path, error: &io::Error, words: &str) {
        if self.is_news(error) {
            let path = path.to_string_lossy();
            let source = visible(&path);
            tracing::error!(%source, %error, "{words}");
        }
    }

    fn is_news(&mut self, error: &io::Error) -> bool {
        self.0.replace(error.kind()) != Some(error.kind())
    }

    fn works(&mut self, path: &Path, words: &str) {
        if self.0.take().is_some() {
            let path = path.to_string_lossy();
            let source = visible(&path);
            tracing::info!(%source, "{words}");
        }
    }
}

#[cfg(test)]
mod tests;
