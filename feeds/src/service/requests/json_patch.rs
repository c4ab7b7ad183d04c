//! Changes of JSON documents as data (RFC 6902), over JSON pointers (RFC 6901).

use serde_json::Value;

use crate::model::json_weight;

/// As many operations a patch has at most.
const MOST_OPERATIONS: usize = 1000;
/// About as many bytes a patched document takes at most: copies can double it each time.
const MOST_BYTES: usize = 4 << 20;

/// Why a patch cannot be read or applied; then nothing of it is done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum PatchError {
    /// It is no patch.
    #[error("operation {number}: {problem}")]
    Malformed { number: usize, problem: String },
    /// There is nothing where it leads to.
    #[error("operation {number}: {path:?} is not there: read the entity to see what is")]
    Missing { number: usize, path: String },
    /// What it tests is otherwise.
    #[error("operation {number}: {path:?} is not what the test says: read it again and decide")]
    Differs { number: usize, path: String },
    /// The document would become too large.
    #[error("operation {number}: the document would have more than {MOST_BYTES} bytes")]
    TooLarge { number: usize },
}

/// What is wrong with one operation.
enum Wrong {
    Malformed(String),
    Missing(String),
    Differs(String),
}

/// Operations, one after the other.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Patch(Vec<Operation>);

#[derive(Debug, Clone, PartialEq)]
enum Operation {
    Add(Pointer, Value),
    Remove(Pointer),
    Replace(Pointer, Value),
    Move(Pointer, Pointer),
    Copy(Pointer, Pointer),
    Test(Pointer, Value),
}

impl Patch {
    /// Reads a patch.
    pub(super) fn read(document: &Value) -> Result<Self, PatchError> {
        let problem = |number, problem: &str| {
            Err(PatchError::Malformed { number, problem: problem.to_owned() })
        };
        let Some(operations) = document.as_array() else {
            return problem(0, "a JSON Patch is an array of operations");
        };
        if operations.len() > MOST_OPERATIONS {
            return problem(MOST_OPERATIONS, "is one too many: send several patches");
        }
        let read = operations.iter().enumerate().map(|(number, operation)| {
            Operation::read(operation).map_err(|problem| PatchError::Malformed { number, problem })
        });
        Ok(Self(read.collect::<Result<_, _>>()?))
    }

    /// The document after every operation.
    pub(super) fn apply(&self, mut document: Value) -> Result<Value, PatchError> {
        for (number, operation) in self.0.iter().enumerate() {
            operation.apply(&mut document).map_err(|wrong| match wrong {
                Wrong::Malformed(problem) => PatchError::Malformed { number, problem },
                Wrong::Missing(path) => PatchError::Missing { number, path },
                Wrong::Differs(path) => PatchError::Differs { number, path },
            })?;
            let grows = matches!(operation, Operation::Copy(..) | Operation::Add(..));
            if grows && json_weight(&document) > MOST_BYTES {
                return Err(PatchError::TooLarge { number });
            }
        }
        Ok(document)
    }
}

impl Operation {
    fn read(operation: &Value) -> Result<Self, String> {
        let pointer = |name: &str| {
            let text = operation.get(name).and_then(Value::as_str);
            Pointer::read(text.ok_or_else(|| format!("{name:?} is missing: give a JSON pointer"))?)
        };
        let value = || operation.get("value").cloned().ok_or("\"value\" is missing".to_owned());
        let path = pointer("path")?;
        Ok(match operation.get("op").and_then(Value::as_str) {
            Some("add") => Self::Add(path, value()?),
            Some("remove") => Self::Remove(path),
            Some("replace") => Self::Replace(path, value()?),
            Some("move") => Self::Move(pointer("from")?, path),
            Some("copy") => Self::Copy(pointer("from")?, path),
            Some("test") => Self::Test(path, value()?),
            _ => return Err("\"op\" is none of add, remove, replace, move, copy, test".to_owned()),
        })
    }

    fn apply(&self, document: &mut Value) -> Result<(), Wrong> {
        match self {
            Self::Add(path, value) => path.add(document, value.clone()),
            Self::Remove(path) => path.remove(document).map(drop),
            Self::Replace(path, value) => {
                *path.find_mut(document)? = value.clone();
                Ok(())
            }
            Self::Move(from, path) => {
                if path.is_within(from) {
                    let problem = "cannot be moved into itself".to_owned();
                    return Err(Wrong::Malformed(problem));
                }
                let value = from.remove(document)?;
                path.add(document, value)
            }
            Self::Copy(from, path) => {
                let value = from.find(document)?.clone();
                path.add(document, value)
            }
            Self::Test(path, value) => match are_equal(path.find(document)?, value) {
                true => Ok(()),
                false => Err(Wrong::Differs(path.text())),
            },
        }
    }
}

/// Whether two values are the same: numbers by their value (RFC 6902, 4.6).
fn are_equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| are_equal(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            let has = |(name, value): (&String, &Value)| {
                b.get(name).is_some_and(|other| are_equal(value, other))
            };
            a.len() == b.len() && a.iter().all(has)
        }
        (a, b) => a == b,
    }
}

/// The way to a value in a document.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Pointer(Vec<String>);

impl Pointer {
    fn read(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Ok(Self(Vec::new()));
        }
        let rest = text.strip_prefix('/').ok_or_else(|| {
            let text: String = text.chars().take(100).collect();
            format!("{text:?} is no JSON pointer: it begins with a slash")
        })?;
        let name = |part: &str| part.replace("~1", "/").replace("~0", "~");
        Ok(Self(rest.split('/').map(name).collect()))
    }

    fn text(&self) -> String {
        let part = |name: &String| format!("/{}", name.replace('~', "~0").replace('/', "~1"));
        self.0.iter().map(part).collect()
    }

    fn is_within(&self, other: &Self) -> bool {
        self.0.len() > other.0.len() && self.0.starts_with(&other.0)
    }

    fn missing(&self) -> Wrong {
        Wrong::Missing(self.text())
    }

    fn find<'v>(&self, document: &'v Value) -> Result<&'v Value, Wrong> {
        let step = |value: &'v Value, name: &String| match value {
            Value::Object(map) => map.get(name),
            Value::Array(items) => items.get(index(name)?),
            _ => None,
        };
        self.0.iter().try_fold(document, step).ok_or_else(|| self.missing())
    }

    fn find_mut<'v>(&self, document: &'v mut Value) -> Result<&'v mut Value, Wrong> {
        self.descend(document, self.0.len())
    }

    /// The value that so many names lead to.
    fn descend<'v>(&self, document: &'v mut Value, names: usize) -> Result<&'v mut Value, Wrong> {
        let step = |value: &'v mut Value, name: &String| match value {
            Value::Object(map) => map.get_mut(name),
            Value::Array(items) => items.get_mut(index(name)?),
            _ => None,
        };
        self.0.iter().take(names).try_fold(document, step).ok_or_else(|| self.missing())
    }

    fn add(&self, document: &mut Value, value: Value) -> Result<(), Wrong> {
        let Some(last) = self.0.last() else {
            *document = value;
            return Ok(());
        };
        match self.descend(document, self.0.len() - 1)? {
            Value::Object(map) => {
                map.insert(last.clone(), value);
            }
            Value::Array(items) => {
                let at = if last == "-" { Some(items.len()) } else { index(last) };
                let at = at.filter(|at| *at <= items.len()).ok_or_else(|| self.missing())?;
                items.insert(at, value);
            }
            _ => return Err(self.missing()),
        }
        Ok(())
    }

    fn remove(&self, document: &mut Value) -> Result<Value, Wrong> {
        let Some(last) = self.0.last() else { return Ok(document.take()) };
        let removed = match self.descend(document, self.0.len() - 1)? {
            Value::Object(map) => map.shift_remove(last),
            Value::Array(items) => {
                index(last).filter(|at| *at < items.len()).map(|at| items.remove(at))
            }
            _ => None,
        };
        removed.ok_or_else(|| self.missing())
    }
}

/// A place in an array: digits without a leading zero.
fn index(name: &str) -> Option<usize> {
    let is_plain =
        name == "0" || (!name.starts_with('0') && name.bytes().all(|b| b.is_ascii_digit()));
    name.parse().ok().filter(|_| is_plain)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn patched(document: Value, patch: Value) -> Result<Value, String> {
        let patch = Patch::read(&patch).map_err(|why| why.to_string())?;
        patch.apply(document).map_err(|why| why.to_string())
    }

    /// The examples of RFC 6902, appendix A.
    #[test]
    fn operations_do_what_the_rfc_says() {
        for (document, patch, expected) in [
            (
                json!({"foo": "bar"}),
                json!([{"op": "add", "path": "/baz", "value": "qux"}]),
                json!({"baz": "qux", "foo": "bar"}),
            ),
            (
                json!({"foo": ["bar", "baz"]}),
                json!([{"op": "add", "path": "/foo/1", "value": "qux"}]),
                json!({"foo": ["bar", "qux", "baz"]}),
            ),
            (
                json!({"baz": "qux", "foo": "bar"}),
                json!([{"op": "remove", "path": "/baz"}]),
                json!({"foo": "bar"}),
            ),
            (
                json!({"foo": ["bar", "qux", "baz"]}),
                json!([{"op": "remove", "path": "/foo/1"}]),
                json!({"foo": ["bar", "baz"]}),
            ),
            (
                json!({"baz": "qux", "foo": "bar"}),
                json!([{"op": "replace", "path": "/baz", "value": "boo"}]),
                json!({"baz": "boo", "foo": "bar"}),
            ),
            (
                json!({"foo": {"bar": "baz", "waldo": "fred"}, "qux": {"corge": "grault"}}),
                json!([{"op": "move", "from": "/foo/waldo", "path": "/qux/thud"}]),
                json!({"foo": {"bar": "baz"}, "qux": {"corge": "grault", "thud": "fred"}}),
            ),
            (
                json!({"foo": ["all", "grass", "cows", "eat"]}),
                json!([{"op": "move", "from": "/foo/1", "path": "/foo/3"}]),
                json!({"foo": ["all", "cows", "eat", "grass"]}),
            ),
            (
                json!({"baz": "qux", "foo": ["a", 2, "c"]}),
                json!([
                    {"op": "test", "path": "/baz", "value": "qux"},
                    {"op": "test", "path": "/foo/1", "value": 2.0},
                ]),
                json!({"baz": "qux", "foo": ["a", 2, "c"]}),
            ),
            (
                json!({"foo": "bar"}),
                json!([{"op": "add", "path": "/child", "value": {"grandchild": {}}, "xyz": 1}]),
                json!({"foo": "bar", "child": {"grandchild": {}}}),
            ),
            (
                json!({"/": 9, "~1": 10}),
                json!([{"op": "test", "path": "/~01", "value": 10}, {"op": "remove", "path": "/~1"}]),
                json!({"~1": 10}),
            ),
            (
                json!({"foo": ["bar"]}),
                json!([{"op": "add", "path": "/foo/-", "value": ["abc", "def"]}]),
                json!({"foo": ["bar", ["abc", "def"]]}),
            ),
            (
                json!({"a": {"b": 1}}),
                json!([{"op": "copy", "from": "/a", "path": "/c"}, {"op": "remove", "path": "/a/b"}]),
                json!({"a": {}, "c": {"b": 1}}),
            ),
            (json!({"a": 1}), json!([{"op": "add", "path": "", "value": [1]}]), json!([1])),
        ] {
            assert_eq!(patched(document, patch.clone()), Ok(expected), "{patch}");
        }
    }

    #[test]
    fn what_cannot_be_done_says_which_operation_and_why() {
        let document = || json!({"foo": {"bar": [1]}, "baz": "qux"});
        for (patch, expected) in [
            (json!({}), "operation 0: a JSON Patch is an array"),
            (json!([{"op": "jump", "path": ""}]), "operation 0: \"op\" is none of add"),
            (json!([{"op": "add", "path": "/a"}]), "operation 0: \"value\" is missing"),
            (json!([{"op": "move", "path": "/a"}]), "operation 0: \"from\" is missing"),
            (json!([{"op": "remove"}]), "operation 0: \"path\" is missing"),
            (json!([{"op": "remove", "path": "a"}]), "operation 0: \"a\" is no JSON pointer"),
            (
                json!([{"op": "add", "path": "/x/y", "value": 1}]),
                "operation 0: \"/x/y\" is not there",
            ),
            (
                json!([{"op": "add", "path": "/foo/bar/2", "value": 1}]),
                "operation 0: \"/foo/bar/2\"",
            ),
            (
                json!([{"op": "add", "path": "/foo/bar/01", "value": 1}]),
                "operation 0: \"/foo/bar/01\"",
            ),
            (
                json!([{"op": "replace", "path": "/x", "value": 1}]),
                "operation 0: \"/x\" is not there",
            ),
            (json!([{"op": "remove", "path": "/foo/bar/-"}]), "operation 0: \"/foo/bar/-\""),
            (
                json!([{"op": "move", "from": "/foo", "path": "/foo/x"}]),
                "operation 0: cannot be moved",
            ),
            (
                json!([{"op": "remove", "path": "/baz"}, {"op": "test", "path": "/baz", "value": 1}]),
                "operation 1: \"/baz\" is not there",
            ),
            (
                json!([{"op": "test", "path": "/baz", "value": "bar"}]),
                "operation 0: \"/baz\" is not what the test says",
            ),
        ] {
            let why = patched(document(), patch.clone()).unwrap_err();
            assert!(why.starts_with(expected), "{patch}: {why}");
        }
    }

    #[test]
    fn a_patch_cannot_make_a_document_without_end() {
        let doubling: Vec<_> =
            (0..60).map(|n| json!({"op": "copy", "from": "", "path": format!("/{n}")})).collect();
        let why = patched(json!({"a": 1}), doubling.into()).unwrap_err();
        assert!(why.contains("more than 4194304 bytes"), "{why}");
        let many = vec![json!({"op": "test", "path": "/a", "value": 1}); 1001];
        assert!(patched(json!({"a": 1}), many.into()).unwrap_err().contains("one too many"));
    }
}
