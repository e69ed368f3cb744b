use js_sys::Reflect;
use wasm_bindgen::JsValue;
use web_sys::Url;

use crate::error::Error;

/// Resolves a URL against the document's base, or a worker's location.
pub(crate) fn resolve(url: &str) -> Result<String, Error> {
    let resolved = match base() {
        Some(base) => Url::new_with_base(url, &base),
        None => Url::new(url),
    };
    resolved.map(|url| url.href()).map_err(|_| Error::InvalidUrl { url: shown(url) })
}

/// A URL that may not parse, for messages: without all that may be a password.
pub(crate) fn shown(url: &str) -> String {
    match url.rsplit_once('@') {
        Some((_, rest)) => format!("…@{rest}"),
        None => url.to_owned(),
    }
}

/// Splits a resolved URL into a URL that `fetch` accepts, without user and password, and their `Authorization` header.
pub(crate) fn split_userinfo(url: &str) -> (String, Option<String>) {
    let Some((scheme, rest)) = url.split_once("//").filter(|(scheme, _)| !scheme.contains(['?', '#', '/'])) else {
        return (url.to_owned(), None);
    };
    let authority = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
    let Some((userinfo, _)) = authority.rsplit_once('@') else {
        return (url.to_owned(), None);
    };
    let without = format!("{scheme}//{}", &rest[userinfo.len() + 1..]);
    (without, (!userinfo.is_empty()).then(|| basic(userinfo)))
}

/// Whether the URL in a report of the page's Content-Security-Policy matches this URL. Reports leave out the fragment, and
/// some of them contain only the origin.
pub(crate) fn is_reported_as(url: &str, reported: &str) -> bool {
    let url = url.split('#').next().unwrap_or_default();
    let is_origin = reported.split('/').count() == 3;
    let rest = url.strip_prefix(reported);
    !reported.is_empty() && rest.is_some_and(|rest| rest.is_empty() || is_origin && rest.starts_with('/'))
}

/// [Basic authentication](https://www.rfc-editor.org/rfc/rfc7617) with the user and the password of a URL, which are
/// percent-encoded UTF-8.
fn basic(userinfo: &str) -> String {
    let mut pair = Vec::with_capacity(userinfo.len() + 1);
    let mut bytes = userinfo.as_bytes();
    while let [first, rest @ ..] = bytes {
        let decoded = match bytes {
            [b'%', high, low, ..] => hex(*high).zip(hex(*low)).map(|(high, low)| high << 4 | low),
            _ => None,
        };
        pair.push(decoded.unwrap_or(*first));
        bytes = if decoded.is_some() { &rest[2..] } else { rest };
    }
    if !userinfo.contains(':') {
        pair.push(b':');
    }
    format!("Basic {}", base64(&pair))
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).map(|value| value as u8)
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let group = |three: &[u8]| {
        let bits = (0..3).fold(0, |bits, index| bits << 8 | u32::from(three.get(index).copied().unwrap_or(0)));
        [18, 12, 6, 0].map(|shift| char::from(ALPHABET[(bits >> shift) as usize & 63]))
    };
    let mut text: String = bytes.chunks(3).flat_map(group).collect();
    let padding = (3 - bytes.len() % 3) % 3;
    text.truncate(text.len() - padding);
    text + &"=="[..padding]
}

fn base() -> Option<String> {
    let of = |object: &str, property: &str| {
        let object = Reflect::get(&js_sys::global(), &JsValue::from_str(object)).ok()?;
        Reflect::get(&object, &JsValue::from_str(property)).ok()?.as_string()
    };
    of("document", "baseURI").or_else(|| of("location", "href"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_and_password_become_an_authorization_header_and_leave_the_url() {
        for (url, without, authorization) in [
            ("http://user:pass@host/a?b#c", "http://host/a?b#c", Some("Basic dXNlcjpwYXNz")),
            ("http://user@host/", "http://host/", Some("Basic dXNlcjo=")),
            ("http://:pass@host/", "http://host/", Some("Basic OnBhc3M=")),
            ("http://a%40b:%C3%BC%3A%@host/", "http://host/", Some("Basic YUBiOsO8OiU=")),
            ("http://a:b@host:8080?x=c@d", "http://host:8080?x=c@d", Some("Basic YTpi")),
            ("http://host/@me", "http://host/@me", None),
            ("http://host?a//b@c", "http://host?a//b@c", None),
            ("about:blank?//a:b@c", "about:blank?//a:b@c", None),
            ("mailto:someone@host", "mailto:someone@host", None),
        ] {
            assert_eq!(split_userinfo(url), (without.to_owned(), authorization.map(str::to_owned)), "{url}");
        }
    }

    #[test]
    fn a_policy_report_matches_by_the_url_without_its_fragment_or_by_the_origin() {
        for (url, reported, is_same) in [
            ("http://host/a?b", "http://host/a?b", true),
            ("http://host/a?b#c", "http://host/a?b", true),
            ("http://host/a", "http://host", true),
            ("http://host:81/a", "http://host:8", false),
            ("http://host/a", "http://host/b", false),
            ("http://host/a/b", "http://host/a", false),
            ("http://host/a", "http://host/", false),
            ("http://host/a", "", false),
        ] {
            assert_eq!(is_reported_as(url, reported), is_same, "{url} {reported}");
        }
    }

    #[test]
    fn a_url_that_does_not_parse_is_shown_without_its_password() {
        assert_eq!(shown("http://user:pa/ss@[/"), "…@[/");
        assert_eq!(shown("http://["), "http://[");
    }
}
