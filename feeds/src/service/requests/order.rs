//! Tasks that are posted: orders for the ledger of commands (OGC 17-079, 9.4).

use super::{Call, Request, Response, Wish, body, edit::Done, problem::Problem};
use crate::{
    command::{Person, Role},
    model::{EntityKey, EntityKind},
    query::ResourcePath,
    service::Place,
};

impl Call<'_> {
    /// Records a Task as a command: what the policy lets an operator send alone is authorised at once.
    pub(super) async fn order(
        &self,
        request: &Request,
        path: ResourcePath,
    ) -> Result<Response, Problem> {
        if !self.rights.may_command {
            return Err(Problem::may_not_edit());
        }
        let document = body::json(request)?;
        let by = Person { name: self.rights.name.clone(), role: Role::Operator };
        let order = self.blocking(move |service, _| {
            let place = service.follow(&path)?.ok_or_else(|| Problem::not_found(&path))?;
            let at = match place {
                Place::Related(capability, _) => Some(capability.id),
                Place::Set(_) | Place::Entity(_) => None,
            };
            Ok(service.commands.request_task(&document, at, &by)?)
        });
        let ordered = order.await?;
        let task = ordered.commands.first().map(|id| EntityKey::new(EntityKind::Task, *id));
        let done = Done { key: task, is_new: ordered.is_new, observations: Vec::new() };
        self.told(done, Wish::of(request)).await
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::service::requests::{
        Method,
        tests::{document, house},
    };

    fn lamp() -> Value {
        let fields = json!([{
            "name": "dim", "type": "Quantity", "constraint": {"interval": [[0, 100]]},
        }]);
        json!({
            "name": "Đèn 1",
            "TaskingCapabilities": [{
                "name": "dim", "taskingParameters": {"type": "DataRecord", "field": fields},
                "Actuator": {"name": "Bộ đèn", "encodingType": "text/html", "metadata": "x"},
            }],
        })
    }

    #[tokio::test]
    async fn a_task_is_posted_found_expanded_and_filtered_like_any_entity() {
        let house = house();
        assert_eq!(house.ask(Method::Post, "Things", lamp()).await.status, 201);
        let task = json!({
            "taskingParameters": {"dim": 40}, "TaskingCapability": {"@iot.id": 1},
            "properties": {"key": "k1"},
        });
        let made = house.ask(Method::Post, "Tasks", task.clone()).await;
        let address = "https://x.example/v1.1/Tasks(1)";
        assert_eq!((made.status, made.location.as_deref()), (201, Some(address)));
        assert_eq!(document(&made)["properties"]["status"], "authorised");
        assert_eq!(house.ask(Method::Post, "Tasks", task).await.status, 200, "the same key");
        let short = json!({"taskingParameters": {"dim": 10}});
        let path = "Things(1)/TaskingCapabilities(1)/Tasks";
        assert_eq!(house.ask(Method::Post, path, short).await.status, 201);

        let thing =
            house.get("Things(1)?$expand=TaskingCapabilities($expand=Tasks,Actuator)").await;
        let capability = &thing["TaskingCapabilities"][0];
        assert_eq!(capability["Actuator"]["name"], "Bộ đèn");
        assert_eq!(capability["Tasks"].as_array().unwrap().len(), 2);
        for (filter, expected) in [
            ("properties/status eq 'authorised'", 2),
            ("taskingParameters/dim gt 20", 1),
            ("creationTime gt 2026-11-21T04:00:00Z", 2),
            ("creationTime gt 2026-11-21T06:00:00Z", 0),
            ("TaskingCapability/Thing/name eq 'Đèn 1'", 2),
        ] {
            let found = house.get(&format!("Tasks?$filter={filter}")).await;
            assert_eq!(found["value"].as_array().unwrap().len(), expected, "{filter}: {found}");
        }
        assert_eq!(house.get("Tasks(2)/TaskingCapability/Thing").await["name"], "Đèn 1");
    }

    #[tokio::test]
    async fn a_task_that_cannot_be_is_refused_with_its_reason() {
        let house = house();
        house.ask(Method::Post, "Things", lamp()).await;
        let dim = |percent: i64| json!({"taskingParameters": {"dim": percent}});
        let keyed = |percent: i64| {
            let mut task = dim(percent);
            task["properties"] = json!({"key": "k"});
            task
        };
        let path = "TaskingCapabilities(1)/Tasks";
        assert_eq!(house.ask(Method::Post, path, keyed(1)).await.status, 201);
        for (method, path, body, status) in [
            (Method::Post, path, dim(101), 400),
            (Method::Post, path, keyed(2), 409),
            (Method::Post, "TaskingCapabilities(9)/Tasks", dim(1), 404),
            (Method::Post, "Tasks", dim(1), 400),
            (Method::Patch, "Tasks(1)", dim(1), 405),
            (Method::Delete, "Tasks(1)", Value::Null, 405),
            (Method::Delete, "TaskingCapabilities(1)/Tasks(1)", Value::Null, 405),
        ] {
            let refused = house.ask(method, path, body).await;
            assert_eq!(refused.status, status, "{method:?} {path}: {}", document(&refused));
        }
    }
}
