//! Requests as XML, put into the parameters that a request by GET has.

use super::node::Node;
use crate::ows::{Exception, Kvp};

/// A request that was posted.
pub(super) struct Posted {
    pub(super) kvp: Kvp,
    pub(super) filter: Option<Node>,
}

/// Reads a body: XML, or the parameters of a form.
pub(super) fn read(body: &[u8]) -> Result<Posted, Exception> {
    let begin = body.iter().find(|byte| !byte.is_ascii_whitespace());
    // A byte order mark begins with 0xEF.
    if matches!(begin, Some(b'<' | 0xef)) {
        return of_xml(&Node::parse(body)?);
    }
    let text = String::from_utf8_lossy(body);
    let kvp = Kvp::parse(&text);
    let filter = kvp.get("filter").map(|filter| Node::parse(filter.as_bytes())).transpose()?;
    Ok(Posted { kvp, filter })
}

fn of_xml(root: &Node) -> Result<Posted, Exception> {
    let mut pairs = vec![("request".to_owned(), root.name.clone())];
    pairs.extend(
        root.attributes().map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())),
    );
    let mut filter = None;
    let queries: Vec<&Node> = root.all("Query").chain(root.all("StoredQuery")).collect();
    if queries.len() > 1 {
        return Err(Exception::new(
            "OptionNotSupported",
            "mỗi yêu cầu chỉ có một Query",
            "a request has one Query",
        )
        .about("Query"));
    }
    for query in queries {
        if query.name == "Query" {
            filter = query.child("Filter").cloned();
            read_query(query, &mut pairs);
        } else {
            pairs.push(("storedquery_id".into(), query.attribute("id").unwrap_or_default().into()));
            for parameter in query.all("Parameter") {
                let name = parameter.attribute("name").unwrap_or_default().to_ascii_lowercase();
                pairs.push((name, parameter.text().to_owned()));
            }
        }
    }
    let types: Vec<&str> = root.all("TypeName").map(Node::text).collect();
    if !types.is_empty() {
        pairs.push(("typenames".into(), types.join(",")));
    }
    if let Some(versions) = root.child("AcceptVersions") {
        let versions: Vec<&str> = versions.all("Version").map(Node::text).collect();
        pairs.push(("acceptversions".into(), versions.join(",")));
    }
    Ok(Posted { kvp: Kvp::of(pairs), filter })
}

fn read_query(query: &Node, pairs: &mut Vec<(String, String)>) {
    for name in ["typeNames", "typeName", "srsName"] {
        if let Some(value) = query.attribute(name) {
            let value = value.split_whitespace().collect::<Vec<_>>().join(",");
            pairs.push((name.to_ascii_lowercase(), value));
        }
    }
    let names: Vec<&str> = query.all("PropertyName").map(Node::text).collect();
    if !names.is_empty() {
        pairs.push(("propertyname".into(), names.join(",")));
    }
    let sorted: Vec<String> = query
        .child("SortBy")
        .into_iter()
        .flat_map(|sort| sort.all("SortProperty"))
        .filter_map(|sort| {
            let name = sort.child("ValueReference").or_else(|| sort.child("PropertyName"))?.text();
            let order = sort.child("SortOrder").map_or("ASC", Node::text);
            Some(format!("{name} {order}"))
        })
        .collect();
    if !sorted.is_empty() {
        pairs.push(("sortby".into(), sorted.join(",")));
    }
}
