//! How text looks where it is shown: how much room there is, and whether there are colours.

/// What is known of where text for people goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// How many columns there are; none if a line may have any number, as in a pipe.
    pub width: Option<u16>,
    /// Whether it obeys colours (the sequences that ECMA-48 calls SGR). It is for the caller
    /// to know of `NO_COLOR`, of a dumb terminal, and of what is none.
    pub color: bool,
}

/// Without colours.
impl From<Option<u16>> for Look {
    fn from(width: Option<u16>) -> Self {
        Self { width, color: false }
    }
}

/// How a piece of text is shown where there are colours. They only repeat what the words say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Style {
    /// As it is.
    #[default]
    Plain,
    /// It went well.
    Good,
    /// Not all of it did.
    Fair,
    /// It did not.
    Bad,
    /// Of interest for whoever looks closer.
    Dim,
}

impl Style {
    /// Appends `text` in this style, and nothing but `text` if it is plain or empty. Colours
    /// never go on beyond it, whatever becomes of the rest.
    pub(crate) fn append(self, text: &str, out: &mut String) {
        let begin = match self {
            Self::Plain => "",
            Self::Good => "\x1b[32m",
            Self::Fair => "\x1b[33m",
            Self::Bad => "\x1b[31m",
            Self::Dim => "\x1b[2m",
        };
        if begin.is_empty() || text.is_empty() {
            return out.push_str(text);
        }
        out.extend([begin, text, "\x1b[0m"]);
    }

    /// This one where there are colours, else none.
    pub(crate) fn with(self, color: bool) -> Self {
        if color { self } else { Self::Plain }
    }
}
