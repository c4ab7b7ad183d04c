//! What the store refuses, as a problem.

use axum::http::StatusCode;
use city::{FeatureId, LayerId, Title};

use super::{Fault, Problem, capitalised};
use crate::store::StoreError;

impl From<&StoreError> for Problem {
    fn from(error: &StoreError) -> Self {
        let en = error.to_string();
        match error {
            StoreError::UnknownLayer(id) => Self::no_collection(id),
            StoreError::UnknownFeature { layer, id } => Self::not_found(
                format!("Lớp '{layer}' không có đối tượng '{id}'."),
                format!("Collection '{layer}' has no feature '{id}'."),
            ),
            StoreError::UnknownProperty { property, .. } => Self::bad_request(
                format!("Lớp này không có thuộc tính '{property}'; …/schema kể các thuộc tính."),
                en,
            ),
            StoreError::BadValue { property, value, .. } => Self::parameter(
                property,
                format!("'{value}' không đúng kiểu của thuộc tính này; …/queryables cho biết kiểu"),
                en,
            ),
            StoreError::FilterTooCostly { steps } => Self::new(
                StatusCode::BAD_REQUEST,
                "filter-too-costly",
                Title::new("Bộ lọc quá tốn kém", "Filter too costly"),
                Title::new(
                    format!(
                        "Bộ lọc cần hơn {steps} bước; hãy thu hẹp yêu cầu bằng bbox, hoặc bộ lọc bằng S_INTERSECTS hay dwithin với một hình học."
                    ),
                    format!("{}.", capitalised(&en)),
                ),
            ),
            StoreError::NobodyWaits => {
                Self::unavailable("Yêu cầu đã bị bỏ dở.", "The request was abandoned.", 1)
            }
            StoreError::NotVector(layer) => Self::conflict(
                format!("Lớp '{layer}' là raster, không sửa được từng đối tượng."),
                en,
            ),
            StoreError::MayNotWrite(_) => Self::forbidden(
                "Người gọi chỉ được đọc; hãy dùng mã truy cập có vai trò 'editor'.",
                en,
            ),
            StoreError::BadGeometry { layer, .. } => {
                let said = Title::new(format!("Hình học không hợp với lớp '{layer}'."), en);
                let pointer = "/geometry".to_owned();
                Self::bad_request(said.vi.clone(), said.en.clone()).with_faults(vec![Fault {
                    pointer,
                    property: None,
                    entry: None,
                    said,
                }])
            }
            StoreError::BadId { id, .. } => {
                Self::conflict(format!("'{id}' không dùng được làm mã của đối tượng."), en)
            }
            StoreError::BadValidTime => {
                Self::bad_request("Thời gian hiệu lực phải bắt đầu trước khi kết thúc.", en)
            }
            StoreError::OutOfSight => Self::forbidden(
                "Với các giá trị này, đối tượng sẽ thuộc loại mà người gọi không được xem.",
                en,
            ),
            StoreError::Changed { id, .. } => Self::precondition_failed(
                format!("Đối tượng '{id}' đã thay đổi từ lúc được đọc; hãy đọc lại rồi sửa."),
                en,
            ),
            StoreError::UnknownVersion { id, seq } => Self::not_found(
                format!("Đối tượng '{id}' không có phiên bản {seq}; …/versions kể các phiên bản."),
                format!("Feature '{id}' has no version {seq}; …/versions lists them."),
            ),
            StoreError::NotTheLast { id, seq, last } => Self::conflict(
                format!(
                    "Sau thay đổi {seq}, đối tượng '{id}' đã được sửa tiếp (thay đổi {last}); hãy hoàn tác thay đổi {last} trước, hoặc khôi phục một phiên bản (…/versions/…/restore)."
                ),
                format!(
                    "After change {seq} feature '{id}' was changed again (change {last}): undo change {last} first, or restore a version (…/versions/…/restore)."
                ),
            ),
            StoreError::UnknownChange(seq) => Self::not_found(
                format!("Không có thay đổi {seq}; /collections/ID/changes kể các thay đổi."),
                format!("There is no change {seq}; /collections/ID/changes lists them."),
            ),
            StoreError::BatchOutOfSight => Self::forbidden(
                "Các thay đổi được ghi cùng lúc chạm tới đối tượng mà người gọi không được xem; không có gì được hoàn tác.",
                format!("{}: nothing is undone.", capitalised(&en)),
            ),
            StoreError::ChangedSince(changed) => since(changed),
            StoreError::DeletedAlready(id) => {
                Self::conflict(format!("Đối tượng '{id}' đã được xoá rồi."), en)
            }
            StoreError::BeforeRecords { .. } => {
                Self::bad_request("Thời điểm này sớm hơn dữ liệu được ghi ở đây.", en)
            }
            StoreError::ReadOnly(_) => {
                Self::conflict("Máy chủ này không ghi được chỉnh sửa vào thư mục dữ liệu.", en)
            }
            other => Self::internal(other),
        }
    }
}

/// Features of a document at most that are named.
const MOST_NAMED: usize = 100;

/// Changes that cannot be undone together, since features were changed again: which.
fn since(changed: &[(LayerId, FeatureId, u64)]) -> Problem {
    let one = |(layer, id, last): &(LayerId, FeatureId, u64)| {
        Title::new(
            format!("đối tượng '{id}' của lớp '{layer}' đã được sửa tiếp (thay đổi {last})"),
            format!("feature '{id}' of collection '{layer}' was changed again (change {last})"),
        )
    };
    let first = changed.first().map(one).unwrap_or_default();
    let more = changed.len().saturating_sub(1);
    let (mut vi, mut en) = (capitalised(&first.vi), capitalised(&first.en));
    if more > 0 {
        vi = format!("{vi}, và {more} đối tượng nữa");
        en = format!("{en}, and {more} more");
    }
    let told = changed.iter().take(MOST_NAMED).map(one);
    let fault = |said| Fault { pointer: String::new(), property: None, entry: None, said };
    Problem::conflict(
        format!("{vi}: không có gì được hoàn tác. Hãy hoàn tác các thay đổi sau trước."),
        format!("{en}: nothing is undone. Undo what came later first."),
    )
    .with_faults(told.map(fault).collect())
}
