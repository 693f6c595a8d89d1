//! Which media type is sent, and which is wished for.

use axum::http::{HeaderMap, HeaderValue, header};

/// The media types of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Media {
    /// `application/json`: a request error that GraphQL describes is answered with 200.
    Json,
    /// `application/graphql-response+json`: the status tells.
    GraphqlResponse,
}

impl Media {
    /// What can be asked for, for messages.
    pub(super) const TYPES: &str = "application/graphql-response+json, application/json";

    pub(super) fn header(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Json => "application/json; charset=utf-8",
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
        })
    }

    fn subtype(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::GraphqlResponse => "graphql-response+json",
        }
    }
}

/// One range of an `Accept` header.
struct Range<'a> {
    kind: &'a str,
    subtype: &'a str,
    /// Thousandths.
    quality: u16,
}

/// The media type to answer with: highest quality, then first named; `application/json` when anything will do.
///
/// `None`: nothing we have is acceptable.
pub(super) fn accepted(headers: &HeaderMap) -> Option<Media> {
    let lines: Vec<&str> = headers.get_all(header::ACCEPT).iter().filter_map(|line| line.to_str().ok()).collect();
    let text = lines.join(",");
    if text.trim().is_empty() {
        return Some(Media::Json);
    }
    let ranges: Vec<Range<'_>> = text.split(',').filter_map(range).collect();
    // Later wins `max_by_key` among equals, so the default stands last.
    let offers = [Media::GraphqlResponse, Media::Json].into_iter();
    let judged = offers.filter_map(|media| judge(media, &ranges).map(|(quality, place)| (media, quality, place)));
    judged.max_by_key(|(_, quality, place)| (*quality, std::cmp::Reverse(*place))).map(|(media, ..)| media)
}

/// Whether a stream of events is asked for by name: a page that was sent here by a form asks for none.
pub(super) fn accepts_events(headers: &HeaderMap) -> bool {
    let lines = headers.get_all(header::ACCEPT).iter().filter_map(|line| line.to_str().ok());
    let mut ranges = lines.flat_map(|line| line.split(',')).map(|range| range.split(';').next().unwrap_or_default());
    ranges.any(|range| range.trim().eq_ignore_ascii_case("text/event-stream"))
}

/// Quality of a media type by its most specific range, and where that range names it (wildcards: last).
fn judge(media: Media, ranges: &[Range<'_>]) -> Option<(u16, usize)> {
    let exact = ranges.iter().position(|range| range.kind == "application" && range.subtype == media.subtype());
    let (range, place) = match exact {
        Some(place) => (&ranges[place], place),
        None => {
            let kind = ranges.iter().find(|range| range.kind == "application" && range.subtype == "*");
            (kind.or_else(|| ranges.iter().find(|range| range.kind == "*" && range.subtype == "*"))?, usize::MAX)
        }
    };
    (range.quality > 0).then_some((range.quality, place))
}

fn range(text: &str) -> Option<Range<'_>> {
    let mut parts = text.split(';').map(str::trim);
    let (kind, subtype) = parts.next()?.split_once('/')?;
    let mut quality = 1000;
    for part in parts {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        match name.trim().to_ascii_lowercase().as_str() {
            "q" => quality = thousandths(value)?,
            "charset" if !is_utf8(value) => return None,
            _ => {}
        }
    }
    Some(Range { kind: lower(kind)?, subtype: lower(subtype)?, quality })
}

/// Media types are compared without case; the few that matter are known.
fn lower(text: &str) -> Option<&'static str> {
    ["application", "json", "graphql-response+json", "*"]
        .into_iter()
        .find(|known| text.trim().eq_ignore_ascii_case(known))
}

fn thousandths(text: &str) -> Option<u16> {
    let quality: f32 = text.trim().parse().ok()?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0..=1000")]
    (0.0..=1.0).contains(&quality).then(|| (quality * 1000.0).round() as u16)
}

fn is_utf8(charset: &str) -> bool {
    let charset = charset.trim().trim_matches('"');
    charset.eq_ignore_ascii_case("utf-8") || charset.eq_ignore_ascii_case("utf8")
}

/// Whether a body is JSON in UTF-8 as it is: other types would let a web page of another site send it unasked.
pub(super) fn is_json(headers: &HeaderMap) -> bool {
    let mut types = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(value), None) = (types.next(), types.next()) else { return false };
    let Ok(text) = value.to_str() else { return false };
    let mut parts = text.split(';').map(str::trim);
    let json = parts.next().is_some_and(|media| media.eq_ignore_ascii_case("application/json"));
    let utf8 = parts.all(|part| match part.split_once('=') {
        Some((name, value)) if name.trim().eq_ignore_ascii_case("charset") => is_utf8(value),
        _ => true,
    });
    let plain = headers.get(header::CONTENT_ENCODING).is_none_or(|encoding| encoding.as_bytes() == b"identity");
    json && utf8 && plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accept(text: &str) -> Option<Media> {
        accepted(&HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_str(text).unwrap())]))
    }

    #[test]
    fn the_best_acceptable_type_is_answered() {
        use Media::{GraphqlResponse, Json};
        assert_eq!(accepted(&HeaderMap::new()), Some(Json));
        for (text, media) in [
            ("", Some(Json)),
            ("*/*", Some(Json)),
            ("application/*", Some(Json)),
            ("application/json", Some(Json)),
            ("application/json; charset=utf-8", Some(Json)),
            ("application/graphql-response+json", Some(GraphqlResponse)),
            ("Application/GraphQL-Response+JSON;charset=\"UTF-8\"", Some(GraphqlResponse)),
            ("application/graphql-response+json, application/json;q=0.9", Some(GraphqlResponse)),
            ("application/json;q=0.9, application/graphql-response+json", Some(GraphqlResponse)),
            ("application/json, application/graphql-response+json", Some(Json)),
            ("application/graphql-response+json, application/json", Some(GraphqlResponse)),
            ("application/graphql-response+json;q=0.1, */*;q=0.5", Some(Json)),
            ("application/json;q=0, */*", Some(GraphqlResponse)),
            ("text/html, application/xhtml+xml, */*;q=0.8", Some(Json)),
            ("text/html", None),
            ("application/json;q=0", None),
            ("application/json;q=banana", None),
            ("application/json; charset=gbk", None),
            ("nonsense", None),
        ] {
            assert_eq!(accept(text), media, "{text}");
        }
    }

    #[test]
    fn only_json_in_utf8_is_read() {
        let sent =
            |text: &str| is_json(&HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_str(text).unwrap())]));
        assert!(!is_json(&HeaderMap::new()));
        for text in ["application/json", "Application/JSON;charset=UTF-8", "application/json; charset=\"utf-8\""] {
            assert!(sent(text), "{text}");
        }
        for text in [
            "application/json; charset=gbk",
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "application/graphql",
            "application/jsonp",
            "",
        ] {
            assert!(!sent(text), "{text}");
        }
    }
}
