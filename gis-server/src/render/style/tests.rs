use city::Role;
use serde_json::json;

use super::*;
use crate::styles;

#[test]
fn every_style_of_the_house_can_be_drawn() {
    for &role in Role::ALL {
        let fragment = styles::fragment_of(role).unwrap();
        let mut layers = fragment.layers.to_vec();
        for layer in &mut layers {
            // Colours of code lists are put in by the composer; here a plain one stands for them.
            let paint = layer.get_mut("paint").and_then(|paint| paint.as_object_mut());
            for value in paint.into_iter().flat_map(|paint| paint.values_mut()) {
                if value.get("dothi:codes").is_some() {
                    *value = json!("#ffffff");
                }
            }
        }
        let read = layers_of(&json!({"layers": layers}), |_, _| None);
        assert!(read.is_ok(), "{role}: {}", read.unwrap_err());
    }
}

#[test]
fn what_cannot_be_drawn_is_refused_by_name() {
    let refused = |layer: serde_json::Value| {
        layers_of(&json!({"layers": [layer]}), |_, _| None).unwrap_err().to_string()
    };
    let pattern = json!({"id": "a", "type": "fill", "paint": {"fill-pattern": "grass"}});
    assert!(refused(pattern).contains("'fill-pattern'"));
    let icon = json!({"id": "a", "type": "symbol", "layout": {"icon-image": "school"}});
    assert!(refused(icon).contains("'icon-image'"));
    let heat = json!({"id": "a", "type": "heatmap"});
    assert!(refused(heat).contains("'heatmap'"));
    let width = json!({"id": "a", "type": "line", "paint": {"line-width": ["pitch"]}});
    assert!(refused(width).contains("line-width"));
    assert_eq!(refused(json!({"type": "line"})), StyleError::Shape.to_string());
}

#[test]
fn what_is_hidden_or_stands_up_is_left_out() {
    let document = json!({"layers": [
        {"id": "a", "type": "fill-extrusion", "paint": {"fill-extrusion-height": 3}},
        {"id": "b", "type": "fill", "layout": {"visibility": "none"}},
        {"id": "c", "type": "fill", "layout": {"visibility": "visible"}, "minzoom": 3},
    ]});
    let layers = layers_of(&document, |_, _| None).unwrap();
    assert_eq!(layers.len(), 1);
    assert!(layers[0].is_drawn_at(3.0) && !layers[0].is_drawn_at(2.9));
}
