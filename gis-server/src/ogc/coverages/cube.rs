//! `cube` of EDR (OGC 19-086r6, 8.2.7): which box, and of what.

use crate::{coverage::Part, error::Problem, http::query::Query};

/// The box that `bbox` names; `z` is checked beside it.
///
/// # Errors
/// 400 that names the parameter.
pub(crate) fn part(query: &Query) -> Result<Part, Problem> {
    if let Some(text) = query.get("z") {
        heights(text).ok_or_else(|| {
            Problem::parameter(
                "z",
                "hãy ghi một độ cao, THẤP/CAO, danh sách a,b,c hoặc Rn/đầu/bước",
                "write a height, LOWER/UPPER, a list a,b,c or Rn/first/step",
            )
        })?;
    }
    query.lon_lat_box()?.map(Part::Box).ok_or_else(|| {
        let (vi, en) = ("hãy ghi tây,nam,đông,bắc", "give west,south,east,north");
        Problem::parameter("bbox", vi, en)
    })
}

/// Whether a text is heights as EDR writes them: `10`, `0/100`, `10,50`, `R5/0/10`.
fn heights(text: &str) -> Option<()> {
    let number = |text: &str| text.trim().parse::<f64>().ok().filter(|it| it.is_finite());
    if let Some(steps) = text.strip_prefix('R') {
        let mut parts = steps.split('/');
        parts.next()?.parse::<u32>().ok()?;
        return (parts.by_ref().filter_map(number).count() == 2).then_some(());
    }
    match text.split_once('/') {
        Some((low, high)) => (number(low)? <= number(high)?).then_some(()),
        None => text.split(',').all(|part| number(part).is_some()).then_some(()),
    }
}

/// The parameters that `parameter-name` names, of those that there are; none where it is left out.
///
/// # Errors
/// 400 that lists them.
pub(crate) fn names(query: &Query, known: &[&str]) -> Result<Option<Vec<String>>, Problem> {
    let Some(names) = query.names("parameter-name") else { return Ok(None) };
    let is_known = |name: &String| known.contains(&name.as_str());
    if names.is_empty() || !names.iter().all(is_known) {
        let known = known.join(", ");
        let (vi, en) = (format!("phải là một trong: {known}"), format!("must be one of {known}"));
        return Err(Problem::parameter("parameter-name", vi, en));
    }
    Ok(Some(names))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heights_are_read_as_the_standard_writes_them() {
        for good in ["10", "0/100", "10,50,100", "R20/100/50", "-1.5"] {
            assert!(heights(good).is_some(), "{good}");
        }
        for bad in ["", "low", "100/0", "1/2/3", "10,", "R/1/2", "R3/1", "NaN", "../100"] {
            assert!(heights(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn a_cube_needs_a_box_and_names_that_there_are() {
        let query = |text: &str| Query::parse(text).unwrap();
        assert!(part(&query("bbox=1,2,3,4&z=0/10")).is_ok());
        assert!(part(&query("bbox=1,2,0,3,4,10")).is_ok());
        assert!(part(&query("z=0/10")).is_err());
        assert!(part(&query("bbox=1,2,3,4&z=deep")).is_err());
        assert_eq!(names(&query(""), &["depth"]).unwrap(), None);
        assert_eq!(names(&query("parameter-name=depth"), &["depth"]).unwrap().unwrap(), ["depth"]);
        assert!(names(&query("parameter-name=depth,heat"), &["depth"]).is_err());
        assert!(names(&query("parameter-name="), &["depth"]).is_err());
    }
}
