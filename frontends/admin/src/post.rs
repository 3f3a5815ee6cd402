//! `POST /cars`: who may, and what of a body goes to the station.

use futures_util::stream;
use hyper::StatusCode;
use hyper::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap};
use multer::Multipart;

use crate::answer::{Answer, last, no_content, text, unauthorized, unavailable};
use crate::station::{Authorization, PostError, Station};
use crate::upload::{Slots, Upload, UploadError};

/// Answers a post; 204 means that all its cars are committed, anything else that none is.
pub(crate) async fn cars(
    headers: &HeaderMap,
    upload: &mut Upload,
    slots: &Slots,
    station: &dyn Station,
) -> Answer {
    match station.may_post(bearer(headers)) {
        Authorization::Granted => {}
        Authorization::Denied => return unauthorized(),
        Authorization::NotConfigured => {
            let words = "this station has no token for posting (--admin-token-file)";
            return text(StatusCode::FORBIDDEN, words);
        }
    }
    let encoded = headers.get(CONTENT_ENCODING).filter(|value| *value != "identity");
    if encoded.is_some() {
        let words = "a body is taken without Content-Encoding only";
        return text(StatusCode::UNSUPPORTED_MEDIA_TYPE, words);
    }
    let body = {
        // Not until the commit: that takes no client's time.
        let Some(_slot) = slots.take() else {
            return last(unavailable("too many bodies are being posted at once"));
        };
        match body(headers, upload).await {
            Ok(body) => body,
            Err(refused) => return refused.into(),
        }
    };
    match station.post(body).await {
        Ok(()) => no_content(),
        Err(PostError::Bad { line, words }) => {
            text(StatusCode::BAD_REQUEST, format_args!("line {line}: {words}"))
        }
        Err(PostError::Unavailable(words)) => unavailable(words),
    }
}

/// The token of `Authorization: Bearer TOKEN` (RFC 6750, section 2.1); none if there are two.
fn bearer(headers: &HeaderMap) -> Option<&[u8]> {
    let mut fields = headers.get_all(AUTHORIZATION).iter();
    let (Some(field), None) = (fields.next(), fields.next()) else { return None };
    let (scheme, token) = field.as_bytes().split_at_checked(b"Bearer ".len())?;
    scheme.eq_ignore_ascii_case(b"Bearer ").then(|| token.trim_ascii_start())
}

/// What goes to the station: the field `json` of a form, or else the whole body, whatever it
/// is called: detectors call JSON many things.
async fn body(headers: &HeaderMap, upload: &mut Upload) -> Result<Vec<u8>, Refused> {
    upload.check_size()?;
    let media_type = headers.get(CONTENT_TYPE).map_or(&b""[..], |value| value.as_bytes());
    if !is_form(media_type) {
        return Ok(upload.collect().await?);
    }
    let media_type = String::from_utf8_lossy(media_type);
    let boundary = multer::parse_boundary(media_type)?;
    let json = json_field(boundary, upload).await?;
    // What follows the form counts, too: a body that breaks off was not sent on purpose.
    while upload.next().await?.is_some() {}
    Ok(json)
}

fn is_form(media_type: &[u8]) -> bool {
    let end = media_type.iter().position(|&byte| byte == b';').unwrap_or(media_type.len());
    media_type[..end].trim_ascii().eq_ignore_ascii_case(b"multipart/form-data")
}

/// The field `json`; the others, pictures mostly, are read and forgotten.
async fn json_field(boundary: String, upload: &mut Upload) -> Result<Vec<u8>, Refused> {
    let pieces = stream::try_unfold(upload, |upload| async {
        Ok::<_, UploadError>(upload.next().await?.map(|piece| (piece, upload)))
    });
    let mut form = Multipart::new(pieces, boundary);
    let mut json = None;
    while let Some(mut field) = form.next_field().await? {
        if field.name() != Some("json") {
            continue;
        }
        // Taking one of two in silence would lose cars.
        let None = json else { return Err(Refused::Form("there are two fields `json`".into())) };
        let whole = json.insert(Vec::new());
        while let Some(piece) = field.chunk().await? {
            whole.extend_from_slice(&piece);
        }
    }
    json.ok_or_else(|| Refused::Form("there is no field `json`".into()))
}

/// Why a body is not handed to the station.
enum Refused {
    Upload(UploadError),
    Form(String),
}

impl From<UploadError> for Refused {
    fn from(error: UploadError) -> Self {
        Self::Upload(error)
    }
}

impl From<multer::Error> for Refused {
    fn from(error: multer::Error) -> Self {
        match error {
            multer::Error::StreamReadFailed(error) => match error.downcast::<UploadError>() {
                Ok(error) => Self::Upload(*error),
                Err(error) => Self::Form(error.to_string()),
            },
            error => Self::Form(error.to_string()),
        }
    }
}

impl From<Refused> for Answer {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Upload(error) => {
                let status = match error {
                    UploadError::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
                    UploadError::TimedOut => StatusCode::REQUEST_TIMEOUT,
                    UploadError::Broken(_) => StatusCode::BAD_REQUEST,
                };
                text(status, error)
            }
            Refused::Form(words) => {
                text(StatusCode::BAD_REQUEST, format_args!("not a whole form: {words}"))
            }
        }
    }
}
