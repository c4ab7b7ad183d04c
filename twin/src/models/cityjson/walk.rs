//! The nested lists of CityJSON: surfaces, and what other lists of the same nesting say of them.

use serde_json::Value as Json;

/// A surface, and where it stands in the lists.
#[derive(Debug)]
pub(super) struct Surface {
    /// Its rings: numbers of corners, the first ring around it, the others around its holes.
    pub(super) rings: Vec<Vec<usize>>,
    /// Its place, list by list.
    pub(super) path: Vec<usize>,
}

/// The surfaces of boundaries with so many lists around each; how many are none.
pub(super) fn surfaces(boundaries: &Json, depth: usize) -> (Vec<Surface>, usize) {
    let (mut found, mut broken) = (Vec::new(), 0);
    let mut path = Vec::with_capacity(depth);
    descend(boundaries, depth, &mut path, &mut |surface, path| match rings(surface) {
        Some(rings) => found.push(Surface { rings, path: path.to_vec() }),
        None => broken += 1,
    });
    (found, broken)
}

fn descend(
    list: &Json,
    depth: usize,
    path: &mut Vec<usize>,
    meet: &mut impl FnMut(&Json, &[usize]),
) {
    let Some(items) = list.as_array() else {
        meet(list, path);
        return;
    };
    for (place, item) in items.iter().enumerate() {
        path.push(place);
        match depth {
            1 => meet(item, path),
            _ => descend(item, depth - 1, path, meet),
        }
        path.pop();
    }
}

/// The rings of a surface as numbers.
fn rings(surface: &Json) -> Option<Vec<Vec<usize>>> {
    let rings = surface.as_array()?.iter().map(|ring| {
        let corners = ring.as_array()?.iter().map(|it| it.as_u64().map(|it| it as usize));
        corners.collect::<Option<Vec<usize>>>()
    });
    rings.collect::<Option<Vec<_>>>().filter(|rings| !rings.is_empty())
}

/// What a list of the same nesting says of a surface. A number higher up stands for all below it.
pub(super) fn at<'a>(values: &'a Json, path: &[usize]) -> Option<&'a Json> {
    let mut here = values;
    for place in path {
        match here {
            Json::Array(items) => here = items.get(*place)?,
            _ => break,
        }
    }
    Some(here).filter(|it| !it.is_null())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn surfaces_are_found_with_what_is_said_of_them() {
        let solid = json!([[[[0, 1, 2]], [[3, 4, 5], [6, 7, 8]]], [[[9, 10, 11]], "no surface"]]);
        let (found, broken) = surfaces(&solid, 2);
        assert_eq!((found.len(), broken), (3, 1));
        assert_eq!(found[1].rings.len(), 2);
        let values = json!([[4, null], [7]]);
        assert_eq!(at(&values, &found[0].path), Some(&json!(4)));
        assert_eq!(at(&values, &found[1].path), None);
        assert_eq!(at(&values, &found[2].path), Some(&json!(7)));
        assert_eq!(at(&json!([5]), &[0, 3]), Some(&json!(5)), "one for a whole shell");
        assert_eq!(surfaces(&json!("x"), 2).1, 1);
    }
}
