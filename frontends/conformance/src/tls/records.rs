//! How many TLS records went by (RFC 8446 5.1: type, version, length).

/// Of one direction.
pub(super) struct Records {
    header: Vec<u8>,
    left: usize,
    /// Records that went by whole.
    pub(super) whole: usize,
    /// Records with application data.
    pub(super) encrypted: usize,
}

impl Records {
    pub(super) const fn new() -> Self {
        Self { header: Vec::new(), left: 0, whole: 0, encrypted: 0 }
    }

    pub(super) fn feed(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            if self.left > 0 {
                self.left -= 1;
            } else {
                self.header.push(byte);
                let &[kind, _, _, high, low] = self.header.as_slice() else { continue };
                self.left = usize::from(u16::from_be_bytes([high, low]));
                self.header.clear();
                self.encrypted += usize::from(kind == APPLICATION_DATA);
                if self.left > 0 {
                    continue;
                }
            }
            self.whole += usize::from(self.left == 0);
        }
    }
}

const APPLICATION_DATA: u8 = 23;
