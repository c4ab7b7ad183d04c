//! Statements about things (RDF 1.1), as JSON-LD and as Turtle.

use std::fmt::Write;

use serde_json::{Map, Value as Json, json};

/// Prefixes of the vocabularies that are used.
const PREFIXES: [(&str, &str); 8] = [
    ("dcat", "http://www.w3.org/ns/dcat#"),
    ("dct", "http://purl.org/dc/terms/"),
    ("foaf", "http://xmlns.com/foaf/0.1/"),
    ("geo", "http://www.opengis.net/ont/geosparql#"),
    ("locn", "http://www.w3.org/ns/locn#"),
    ("rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"),
    ("rdfs", "http://www.w3.org/2000/01/rdf-schema#"),
    ("xsd", "http://www.w3.org/2001/XMLSchema#"),
];

/// What a statement says.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Object {
    /// Another thing, by its whole address.
    Thing(String),
    /// A text in a language.
    Text(String, &'static str),
    /// A text without a language.
    Plain(String),
    /// A literal of a type that is written with its prefix.
    Typed(String, &'static str),
    /// A thing without an address of its own.
    Nameless(Node),
}

/// A thing: its type and what is said of it, each with its prefix.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    kind: &'static str,
    statements: Vec<(&'static str, Object)>,
}

impl Node {
    /// A thing of which nothing is said yet.
    pub(super) fn new(kind: &'static str) -> Self {
        Self { kind, statements: Vec::new() }
    }

    /// The thing, with a statement more.
    pub(super) fn with(mut self, predicate: &'static str, object: Object) -> Self {
        self.statements.push((predicate, object));
        self
    }

    /// The thing, with a statement for each object.
    pub(super) fn with_all(
        mut self,
        predicate: &'static str,
        objects: impl IntoIterator<Item = Object>,
    ) -> Self {
        self.statements.extend(objects.into_iter().map(|object| (predicate, object)));
        self
    }
}

/// Things with addresses.
#[derive(Debug, Default)]
pub(super) struct Graph(pub(super) Vec<(String, Node)>);

impl Graph {
    /// As JSON-LD 1.1.
    pub(super) fn to_json_ld(&self) -> Json {
        let context: Map<String, Json> = PREFIXES
            .iter()
            .map(|(prefix, address)| ((*prefix).to_owned(), json!(address)))
            .collect();
        let things: Vec<Json> = self.0.iter().map(|(id, node)| json_of(Some(id), node)).collect();
        json!({ "@context": context, "@graph": things })
    }

    /// As Turtle 1.1.
    pub(super) fn to_turtle(&self) -> String {
        let mut out = String::new();
        for (prefix, address) in PREFIXES {
            let _ = writeln!(out, "@prefix {prefix}: <{address}> .");
        }
        for (id, node) in &self.0 {
            let _ = write!(out, "\n<{}>", address(id));
            turtle_of(&mut out, node, 1);
            out.push_str(" .\n");
        }
        out
    }
}

fn json_of(id: Option<&str>, node: &Node) -> Json {
    let mut members = Map::new();
    if let Some(id) = id {
        members.insert("@id".into(), json!(id));
    }
    members.insert("@type".into(), json!(node.kind));
    for (predicate, object) in &node.statements {
        let value = match object {
            Object::Thing(address) => json!({ "@id": address }),
            Object::Text(text, language) => json!({ "@value": text, "@language": language }),
            Object::Plain(text) => json!(text),
            Object::Typed(text, kind) => json!({ "@value": text, "@type": kind }),
            Object::Nameless(node) => json_of(None, node),
        };
        let all = members.entry(*predicate).or_insert_with(|| json!([]));
        if let Json::Array(all) = all {
            all.push(value);
        }
    }
    members.into()
}

fn turtle_of(out: &mut String, node: &Node, depth: usize) {
    let _ = write!(out, " a {}", node.kind);
    for (predicate, object) in &node.statements {
        let _ = write!(out, " ;\n{}{predicate} ", "  ".repeat(depth));
        let _ = match object {
            Object::Thing(id) => write!(out, "<{}>", address(id)),
            Object::Text(text, language) => write!(out, "\"{}\"@{language}", literal(text)),
            Object::Plain(text) => write!(out, "\"{}\"", literal(text)),
            Object::Typed(text, kind) => write!(out, "\"{}\"^^{kind}", literal(text)),
            Object::Nameless(node) => {
                out.push('[');
                turtle_of(out, node, depth + 1);
                write!(out, " ]")
            }
        };
    }
}

/// A literal's text (Turtle 1.1, 6.4).
fn literal(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            c => out.push(c),
        }
    }
    out
}

/// An address without what may not stand between angle brackets.
fn address(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' | '>' | '"' | '{' | '}' | '|' | '^' | '`' | '\\' | '\0'..=' ' => {
                let _ = write!(out, "%{:02X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_break_a_statement_is_escaped() {
        let node = Node::new("dcat:Dataset")
            .with("dct:title", Object::Text("Đường \"5\"\nA\\B".into(), "vi"))
            .with("dcat:landingPage", Object::Thing("http://a/b c>".into()))
            .with("dct:spatial", Object::Nameless(Node::new("dct:Location")));
        let graph = Graph(vec![("http://a/".into(), node)]);
        let turtle = graph.to_turtle();
        assert!(turtle.contains(r#"dct:title "Đường \"5\"\nA\\B"@vi"#), "{turtle}");
        assert!(
            turtle.contains("<http://a/b%20c%3E>") && turtle.contains("[ a dct:Location ]"),
            "{turtle}"
        );
        let json = graph.to_json_ld();
        assert_eq!(json["@graph"][0]["dct:title"][0]["@value"], "Đường \"5\"\nA\\B");
    }
}
