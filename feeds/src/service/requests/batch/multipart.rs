//! Batches as multipart/mixed (OData 4.01, part 1, 11.7.7; RFC 2046, 5.1).

use bytes::Bytes;

use super::{Answer, Answered, Item, Part, check_count};
use crate::service::requests::{Request, Response, problem::Problem};

/// Reads a batch.
pub(super) fn items(request: &Request) -> Result<Vec<Item>, Problem> {
    let content_type = request.content_type.as_deref().unwrap_or_default();
    let mut count = 0;
    let mut items = Vec::new();
    for (number, part) in parts(content_type, &request.body)?.into_iter().enumerate() {
        let (headers, body) = head_and_body(&part);
        let content_type = header(&headers, "content-type").unwrap_or_default();
        let at = |problem: &str| Problem::bad(format!("part {}: {problem}", number + 1));
        items.push(if content_type.to_ascii_lowercase().starts_with("multipart/mixed") {
            let inner = parts(&content_type, &body)?;
            count += inner.len();
            check_count(count)?;
            let read = inner.iter().map(|part| one(part).map_err(|why| at(&why)));
            Item::ChangeSet { name: None, parts: read.collect::<Result<_, _>>()? }
        } else {
            count += 1;
            check_count(count)?;
            Item::One(one(&part).map_err(|why| at(&why))?)
        });
    }
    Ok(items)
}

/// A request that stands in a part.
fn one(part: &Bytes) -> Result<Part, String> {
    let (headers, body) = head_and_body(part);
    let content_type = header(&headers, "content-type").unwrap_or_default();
    if !content_type.to_ascii_lowercase().starts_with("application/http") {
        return Err("must be application/http, or multipart/mixed for a change set".to_owned());
    }
    let (inner, content) = head_and_body(&body);
    let mut words = inner.first().map(String::as_str).unwrap_or_default().split_ascii_whitespace();
    let (method, url) = (words.next(), words.next());
    let (Some(method), Some(url)) = (method, url) else {
        return Err("must begin with a request line such as POST Things HTTP/1.1".to_owned());
    };
    let id = header(&headers, "content-id").or_else(|| header(&inner, "content-id"));
    let length = header(&inner, "content-length").and_then(|it| it.parse::<usize>().ok());
    let length = length.unwrap_or(usize::MAX).min(content.len());
    Ok(Part {
        id,
        depends_on: Vec::new(),
        method: method.to_owned(),
        url: url.to_owned(),
        content_type: header(&inner, "content-type"),
        prefer: header(&inner, "prefer"),
        body: content.slice(..length),
    })
}

/// The parts between the boundaries that a content type names.
fn parts(content_type: &str, body: &Bytes) -> Result<Vec<Bytes>, Problem> {
    let boundary = boundary(content_type).ok_or_else(|| {
        Problem::bad("Content-Type names no boundary: send multipart/mixed; boundary=batch_1")
    })?;
    let delimiter = format!("--{boundary}");
    let mut parts = Vec::new();
    let mut begun = None;
    let mut at = 0;
    let mut is_closed = false;
    while at < body.len() && !is_closed {
        let end = body[at..].iter().position(|b| *b == b'\n').map_or(body.len(), |n| at + n + 1);
        let line = body[at..end].trim_ascii_end();
        if let Some(rest) = line.strip_prefix(delimiter.as_bytes())
            && (rest.is_empty() || rest == b"--")
        {
            // The line break before a boundary is the boundary's.
            parts.extend(begun.map(|from| body.slice(from..without_break(body, from, at))));
            begun = Some(end);
            is_closed = rest == b"--";
        }
        at = end;
    }
    if !is_closed {
        return Err(Problem::bad(format!("the batch does not end: close it with {delimiter}--")));
    }
    Ok(parts)
}

fn without_break(body: &[u8], from: usize, to: usize) -> usize {
    let text = &body[from.min(to)..to];
    let text = text.strip_suffix(b"\n").unwrap_or(text);
    from.min(to) + text.strip_suffix(b"\r").unwrap_or(text).len()
}

fn boundary(content_type: &str) -> Option<String> {
    let mut parameters = content_type.split(';').skip(1).filter_map(|it| it.split_once('='));
    let (_, value) = parameters.find(|(name, _)| name.trim().eq_ignore_ascii_case("boundary"))?;
    let value = value.trim().trim_matches('"');
    (!value.is_empty() && value.len() <= 70).then(|| value.to_owned())
}

/// The lines before the first empty one, and what comes after it.
fn head_and_body(part: &Bytes) -> (Vec<String>, Bytes) {
    let mut lines = Vec::new();
    let mut at = 0;
    while at < part.len() {
        let end = part[at..].iter().position(|b| *b == b'\n').map_or(part.len(), |n| at + n + 1);
        let line = String::from_utf8_lossy(&part[at..end]).trim_end().to_owned();
        at = end;
        if line.is_empty() {
            break;
        }
        lines.push(line);
    }
    (lines, part.slice(at..))
}

fn header(lines: &[String], name: &str) -> Option<String> {
    let mut headers = lines.iter().filter_map(|line| line.split_once(':'));
    let (_, value) = headers.find(|(known, _)| known.trim().eq_ignore_ascii_case(name))?;
    Some(value.trim().to_owned())
}

/// Writes the answers; a change set that was not done has one, that of the request which failed.
pub(super) fn response(answered: &[Answered]) -> Response {
    let (batch, set) = (free_boundary("batch", answered), free_boundary("changeset", answered));
    let mut body = Vec::new();
    for one in answered {
        match one {
            Answered::One(answer) => write(&mut body, &batch, answer),
            Answered::ChangeSet { failed: Some(failed), answers, .. } => {
                answers.get(*failed).into_iter().for_each(|it| write(&mut body, &batch, it));
            }
            Answered::ChangeSet { failed: None, answers, .. } => {
                let head =
                    format!("--{batch}\r\nContent-Type: multipart/mixed; boundary={set}\r\n\r\n");
                body.extend_from_slice(head.as_bytes());
                answers.iter().for_each(|answer| write(&mut body, &set, answer));
                body.extend_from_slice(format!("--{set}--\r\n").as_bytes());
            }
        }
    }
    body.extend_from_slice(format!("--{batch}--\r\n").as_bytes());
    let content_type = Some(format!("multipart/mixed; boundary={batch}").into());
    Response { status: 200, content_type, body: body.into(), ..Response::default() }
}

fn write(body: &mut Vec<u8>, boundary: &str, answer: &Answer) {
    let Answer { id, response } = answer;
    let mut head = format!(
        "--{boundary}\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n"
    );
    if let Some(id) = id {
        head.push_str(&format!("Content-ID: {id}\r\n"));
    }
    let status = response.status;
    head.push_str(&format!("\r\nHTTP/1.1 {status} {}\r\n", reason(status)));
    if let Some(location) = &response.location {
        head.push_str(&format!("Location: {location}\r\n"));
    }
    if let Some(content_type) = &response.content_type {
        head.push_str(&format!("Content-Type: {content_type}\r\n"));
    }
    if let Some(allow) = response.allow {
        head.push_str(&format!("Allow: {allow}\r\n"));
    }
    if let Some(after) = response.retry_after {
        head.push_str(&format!("Retry-After: {}\r\n", after.as_secs().max(1)));
    }
    head.push_str(&format!("Content-Length: {}\r\n\r\n", response.body.len()));
    body.extend_from_slice(head.as_bytes());
    body.extend_from_slice(&response.body);
    body.extend_from_slice(b"\r\n");
}

/// A boundary that stands in no answer.
fn free_boundary(name: &str, answered: &[Answered]) -> String {
    let bodies = || {
        answered.iter().flat_map(|one| match one {
            Answered::One(answer) => std::slice::from_ref(answer),
            Answered::ChangeSet { answers, .. } => answers.as_slice(),
        })
    };
    let is_taken = |boundary: &str| {
        let stands_in = |answer: &Answer| {
            let mut places = answer.response.body.windows(boundary.len());
            places.any(|place| place == boundary.as_bytes())
        };
        bodies().any(stands_in)
    };
    let mut number = 1_u64;
    loop {
        let boundary = format!("{name}_dothi_{number}");
        if !is_taken(&boundary) {
            return boundary;
        }
        number += 1;
    }
}

/// The words of a status.
fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        204 => "No Content",
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        409 => "Conflict",
        413 => "Content Too Large",
        415 => "Unsupported Media Type",
        424 => "Failed Dependency",
        500 => "Internal Server Error",
        503 => "Service Unavailable",
        _ => "Status",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(body: &str) -> Request {
        Request {
            content_type: Some("multipart/mixed; boundary=\"b 1\"".to_owned()),
            body: body.to_owned().into(),
            ..Request::default()
        }
    }

    #[test]
    fn parts_and_change_sets_are_read_with_either_line_break() {
        let text = "\
--b 1
Content-Type: application/http
Content-ID: 1

GET Things(1)?$select=name HTTP/1.1
Host: x.example

--b 1
Content-Type: multipart/mixed; boundary=set

--set
Content-Type: application/http
Content-ID: 2

POST $1/Datastreams HTTP/1.1
Content-Type: application/json
Prefer: return=minimal
Content-Length: 12

{\"name\":\"a\"}
--set--
--b 1--
";
        for text in [text.to_owned(), text.replace('\n', "\r\n")] {
            let items = items(&request(&text)).map_err(|it| it.into_response().body).unwrap();
            let [Item::One(one), Item::ChangeSet { parts, .. }] = items.as_slice() else {
                panic!("{items:?}");
            };
            assert_eq!((one.method.as_str(), one.url.as_str()), ("GET", "Things(1)?$select=name"));
            assert_eq!((one.id.as_deref(), one.body.len()), (Some("1"), 0));
            assert_eq!(parts[0].url, "$1/Datastreams");
            assert_eq!(parts[0].body, "{\"name\":\"a\"}");
            assert_eq!(parts[0].prefer.as_deref(), Some("return=minimal"));
        }
    }

    #[test]
    fn what_is_no_batch_is_refused() {
        for text in [
            "",
            "--b 1\n",
            "--b 1\nContent-Type: application/http\n\nGET\n--b 1--",
            "--b 1\nContent-Type: text/plain\n\nGET Things HTTP/1.1\n--b 1--",
            "--b 1\nContent-Type: multipart/mixed\n\n--b 1--",
        ] {
            assert!(items(&request(text)).is_err(), "{text}");
        }
        let nameless =
            Request { content_type: Some("multipart/mixed".to_owned()), ..request("--b 1--") };
        assert!(items(&nameless).is_err());
        let many = "--b 1\nContent-Type: application/http\n\nGET Things HTTP/1.1\n".repeat(2001);
        assert!(items(&request(&(many + "--b 1--"))).is_err());
    }
}
