//! Names of streets, people, villages and trees.

use rand::{Rng, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;

use super::seed::{mix, stream};

/// Streets as Vietnamese towns name them: people and days of the nation's history.
const STREETS: &str = "Trưng Nữ Vương|Lý Thường Kiệt|Nguyễn Huệ|Quang Trung|Lê Lợi|Trần Phú|Nguyễn Trãi|Lê Thánh Tôn|Nguyễn Du|Phan Đình Phùng|Hoàng Diệu|Nguyễn Thái Học|Thái Phiên|Trần Quý Cáp|Nguyễn Duy Hiệu|Tiểu La|Phan Tứ|Nguyễn Chí Thanh|Lê Duẩn|Tôn Đức Thắng|Nguyễn Tất Thành|Phạm Văn Đồng|Võ Văn Kiệt|Nguyễn Văn Linh|Trường Chinh|Nguyễn Thị Minh Khai|Võ Thị Sáu|Nguyễn Đình Chiểu|Ngô Quyền|Đinh Tiên Hoàng|Lê Hoàn|Lý Thái Tổ|Lý Tự Trọng|Trần Nhân Tông|Trần Nhật Duật|Trần Quang Khải|Phạm Ngũ Lão|Yết Kiêu|Dã Tượng|Bùi Thị Xuân|Ngô Thì Nhậm|Lê Quý Đôn|Nguyễn Bỉnh Khiêm|Chu Văn An|Mạc Đĩnh Chi|Lương Thế Vinh|Cao Bá Quát|Hồ Xuân Hương|Đoàn Thị Điểm|Bà Huyện Thanh Quan|Tản Đà|Xuân Diệu|Hàn Mặc Tử|Nam Cao|Ngô Tất Tố|Vũ Trọng Phụng|Tô Hiến Thành|Phan Thanh|Phan Kế Bính|Đào Duy Từ|Đặng Dung|Đặng Tất|Nguyễn Cảnh Chân|Trương Định|Nguyễn Trung Trực|Nguyễn Tri Phương|Ông Ích Khiêm|Lê Văn Tâm|Kim Đồng|Trần Văn Dư|Nguyễn Dục|Phạm Phú Thứ|Châu Thượng Văn|Đỗ Đăng Tuyển|Lê Cơ|Trần Thuyết|Nguyễn Thành Hãn|Phan Anh|Trịnh Hoài Đức|Lê Văn Hưu|Ngô Sĩ Liên|Lê Hữu Trác|Tuệ Tĩnh|Tôn Thất Tùng|Phạm Ngọc Thạch|Hồ Đắc Di|Đặng Thai Mai|Hoài Thanh|Tô Hoài|Nguyễn Tuân|Chế Lan Viên|Tế Hanh|Thu Bồn|Chu Cẩm Phong|Lưu Trọng Lư|Nguyễn Bính|Huy Cận|Bùi Giáng|Phạm Hầu|Khái Hưng|Thạch Lam|Nhất Linh|Văn Cao|Đỗ Nhuận|Lưu Hữu Phước|La Hối|Thanh Hóa|Hà Huy Tập|Lê Hồng Phong|Nguyễn Văn Cừ|Hoàng Văn Thụ|Ngô Gia Tự|Phan Đăng Lưu|Nguyễn Phong Sắc|Châu Văn Liêm|Lê Đình Dương|Phan Bôi|Huỳnh Ngọc Huệ|Hồ Nghinh|Võ Chí Toàn|Đỗ Thế Chấp|Nguyễn Sắc Kim|Lê Tấn Trung|Lê Đại Hành|Mai Thúc Loan|Phùng Hưng|Khúc Hạo|Dương Đình Nghệ|Triệu Quang Phục|Lý Nam Đế|Bà Triệu|An Dương Vương|Lạc Long Quân|Âu Cơ|Thánh Gióng|Sơn Tinh|Lê Lai|Nguyễn Xí|Trần Nguyên Hãn|Lê Ngân|Đinh Liệt|Nguyễn Chích|Lê Văn An|Lương Nhữ Hộc|Thân Nhân Trung|Phùng Khắc Khoan|Giang Văn Minh|Nguyễn Công Trứ|Phan Huy Chú|Nguyễn Thiếp|La Sơn Phu Tử|Ngô Văn Sở|Trần Quang Diệu|Võ Văn Dũng|Nguyễn Lữ|Nguyễn Nhạc|Đô đốc Bảo|Đô đốc Lân|Đô đốc Tuyết|Hồ Quý Ly|Hồ Nguyên Trừng|Trần Khát Chân|Trần Khánh Dư|Nguyễn Khoái|Đỗ Khắc Chung|Trương Hán Siêu|Nguyễn Trung Ngạn|Phạm Sư Mạnh|Lê Quát|Tô Vĩnh Diện|Phan Đình Giót|Bế Văn Đàn|Cù Chính Lan|La Văn Cầu|Nguyễn Viết Xuân|Nguyễn Văn Trỗi|Mẹ Thứ|Mẹ Nhu|Trần Thị Lý|Huỳnh Thị Một|Lê Thị Hồng Gấm|Đặng Thùy Trâm|Hồ Thị Kỷ|Út Tịch|Mạc Thị Bưởi|Hoàng Hoa Thám|Đề Thám|Nguyễn Thiện Thuật|Phan Văn Trị|Bùi Hữu Nghĩa|Thủ Khoa Huân|Nguyễn Hữu Huân|Phan Liêm|Nguyễn Quyền|Lương Văn Can|Dương Bá Trạc|Đặng Thái Thân|Ngô Đức Kế|Lê Văn Huân|Tăng Bạt Hổ|Phạm Hồng Thái|Lê Hồng Sơn|Hồ Tùng Mậu|Hồ Học Lãm|Nguyễn Thượng Hiền|Phan Tây Hồ|Nguyễn Lộ Trạch|Phạm Thận Duật|Hoàng Kế Viêm|Tôn Thất Thuyết|Trần Xuân Soạn|Đinh Công Tráng|Phạm Bành|Cao Thắng|Mai Xuân Thưởng|Tống Duy Tân|Nguyễn Hàm|Lê Bá Trinh|Hùng Vương Đông|24 Tháng 3|30 Tháng 4|2 Tháng 9|19 Tháng 8|3 Tháng 2|8 Tháng 3|26 Tháng 3|N24|Ngọc Hân Công Chúa|Ỷ Lan|Nguyễn Phúc Chu|Nguyễn Phúc Tần|Đào Tấn|Tống Phước Phổ|Nguyễn Văn Xuân|Phạm Tứ|Lê Thị Xuyến|Trương Chí Cương|Võ Toàn|Nguyễn Phùng|Khương Hữu Dụng|Lê Trí Viễn|Phan Khôi|Phan Du|Nguyễn Văn Bổng|Phạm Nhữ Tăng|Phạm Viết Chánh|Nguyễn Thuật|Trần Đình Phong|Phạm Liệu|Phan Quang|Ngô Chuân|Dương Hiển Tiến|Nguyễn Nho Túy|Sông Đà|Sông Hàn|Sông Thao|Bến Tre|An Hà|Tam Thanh|Kỳ Phú|Thuận Yên|Tây Yên|Hòa Hương|Phước Hòa|An Sơn|An Mỹ|An Xuân|An Phú|Trường Xuân|Tân Thạnh";

const FAMILIES: &[(&str, u32)] = &[
    ("Nguyễn", 33),
    ("Trần", 12),
    ("Lê", 10),
    ("Phạm", 7),
    ("Huỳnh", 7),
    ("Phan", 6),
    ("Võ", 5),
    ("Đặng", 3),
    ("Bùi", 3),
    ("Đỗ", 3),
    ("Hồ", 3),
    ("Ngô", 2),
    ("Dương", 2),
    ("Lý", 1),
    ("Trương", 2),
    ("Đinh", 2),
    ("Châu", 1),
    ("Ung", 1),
];
const MIDDLE_M: &[&str] = &[
    "Văn", "Hữu", "Đức", "Minh", "Quang", "Công", "Ngọc", "Thanh", "Xuân", "Đình", "Tấn", "Thế",
    "Viết", "Quốc",
];
const GIVEN_M: &[&str] = &[
    "An", "Bình", "Cường", "Dũng", "Đạt", "Hải", "Hùng", "Hưng", "Khánh", "Khoa", "Lâm", "Long",
    "Minh", "Nam", "Nghĩa", "Phong", "Phúc", "Quân", "Sơn", "Tài", "Thắng", "Thành", "Tiến",
    "Toàn", "Trung", "Tuấn", "Việt", "Vinh",
];
const MIDDLE_F: &[&str] = &[
    "Thị",
    "Thị Thu",
    "Thị Ngọc",
    "Thị Thanh",
    "Thị Kim",
    "Thị Hồng",
    "Thị Mỹ",
    "Thị Minh",
    "Ngọc",
    "Thị Bích",
];
const GIVEN_F: &[&str] = &[
    "Anh", "Ánh", "Châu", "Diệp", "Dung", "Hà", "Hạnh", "Hiền", "Hoa", "Hương", "Lan", "Liên",
    "Linh", "Loan", "Mai", "Nga", "Nhung", "Oanh", "Phương", "Quyên", "Tâm", "Thảo", "Thủy",
    "Trang", "Tuyết", "Vân", "Xuân", "Yến",
];

const VILLAGE_FIRST: &[&str] = &[
    "An",
    "Bình",
    "Đông",
    "Đức",
    "Hòa",
    "Khánh",
    "Kỳ",
    "Long",
    "Mỹ",
    "Ngọc",
    "Phú",
    "Phước",
    "Tân",
    "Tây",
    "Thạnh",
    "Thọ",
    "Thuận",
    "Tịch",
    "Trung",
    "Trường",
    "Vĩnh",
    "Xuân",
    "Quý",
    "Diêm",
];
const VILLAGE_LAST: &[&str] = &[
    "An",
    "Bình",
    "Cẩm",
    "Châu",
    "Đông",
    "Hà",
    "Hải",
    "Hòa",
    "Hưng",
    "Lộc",
    "Lợi",
    "Mỹ",
    "Nam",
    "Nghĩa",
    "Ngọc",
    "Phú",
    "Phước",
    "Quý",
    "Sơn",
    "Tân",
    "Thành",
    "Thạnh",
    "Thượng",
    "Trà",
    "Trung",
    "Xuân",
    "Yên",
];

/// Kinds of street trees.
pub(super) const TREES: &[(&str, f64, f64)] = &[
    ("Sưa", 8.0, 6.0),
    ("Bằng lăng", 7.0, 5.0),
    ("Sao đen", 14.0, 7.0),
    ("Lim xẹt", 10.0, 8.0),
    ("Phượng vĩ", 9.0, 9.0),
    ("Dầu rái", 16.0, 7.0),
    ("Bàng Đài Loan", 8.0, 6.0),
    ("Dừa", 10.0, 5.0),
    ("Me tây", 12.0, 12.0),
];

/// Street names in an order that belongs to the seed.
pub(super) fn street_names(seed: u64, taken: &[String]) -> Vec<&'static str> {
    let mut names: Vec<&str> =
        STREETS.split('|').filter(|name| !taken.iter().any(|t| t == name)).collect();
    names.sort_unstable();
    names.dedup();
    names.shuffle(&mut stream(seed, "street names", 0));
    names
}

/// A made-up person's full name.
pub(super) fn person(rng: &mut ChaCha8Rng) -> String {
    let total: u32 = FAMILIES.iter().map(|f| f.1).sum();
    let mut at = rng.random_range(0..total);
    let mut family = "Nguyễn";
    for &(name, weight) in FAMILIES {
        if at < weight {
            family = name;
            break;
        }
        at -= weight;
    }
    let (middle, given) =
        if rng.random_bool(0.5) { (MIDDLE_M, GIVEN_M) } else { (MIDDLE_F, GIVEN_F) };
    format!(
        "{family} {} {}",
        middle[rng.random_range(0..middle.len())],
        given[rng.random_range(0..given.len())]
    )
}

/// A village's own name, the `k`-th of its commune.
pub(super) fn village(seed: u64, k: u64) -> String {
    let (n, m) = (VILLAGE_FIRST.len() as u64, VILLAGE_LAST.len() as u64);
    // A step that shares no factor with n·m visits every pair once before any comes again.
    let pair = (mix(seed) % (n * m) + k * 157) % (n * m);
    format!("{} {}", VILLAGE_FIRST[(pair / m) as usize], VILLAGE_LAST[(pair % m) as usize])
}
