//! Names under which sources keep the standard attributes, best first.
//!
//! Sources: Appendix II of Circular 16/2025/TT-BXD (camel case, Vietnamese), the cadastral
//! database's exchange fields, the OpenStreetMap wiki, and columns met in provincial files.

use city::Role;

/// The names of one attribute, its own first.
pub(super) fn of(role: Role, attribute: &'static str) -> Vec<&'static str> {
    let special = SPECIAL.iter().filter(|row| row.0 == role && row.1 == attribute);
    let general = GENERAL.iter().filter(|row| row.0 == attribute);
    std::iter::once(attribute)
        .chain(special.flat_map(|row| row.2.iter().copied()))
        .chain(general.flat_map(|row| row.1.iter().copied()))
        .collect()
}

/// Whether a folded column name says that the column holds data about a person.
pub(super) fn is_personal(key: &str) -> bool {
    PERSONAL.iter().any(|part| key.contains(part)) || PERSONAL_WHOLE.contains(&key)
}

/// Every attribute that this table knows names for.
#[cfg(test)]
pub(super) fn attributes() -> impl Iterator<Item = &'static str> {
    GENERAL.iter().map(|row| row.0).chain(SPECIAL.iter().map(|row| row.1))
}

/// Parts of names that mean a person, folded.
const PERSONAL: &[&str] = &[
    "chusudung",
    "chusohuu",
    "tenchu",
    "hovaten",
    "hoten",
    "nguoisudung",
    "sodienthoai",
    "dienthoai",
    "cccd",
    "cmnd",
    "cancuoc",
    "chungminh",
    "ngaysinh",
    "ownername",
    "phonenumber",
    "sohieugcn",
    "sovaoso",
    "giaychungnhan",
    "masothuecanhan",
];

/// Whole names that mean a person, folded.
const PERSONAL_WHOLE: &[&str] =
    &["owner", "owners", "chu", "phone", "contactphone", "email", "contactemail", "sdt", "dob"];

type General = (&'static str, &'static [&'static str]);
type Special = (Role, &'static str, &'static [&'static str]);

const SPECIAL: &[Special] = &[
    (Role::Buildings, "name", &["osm_name", "tenCongTrinh", "tenNha"]),
    (Role::Buildings, "use", &["building:use", "loaiCongTrinh", "phanLoai"]),
    (Role::Buildings, "built_year", &["start_date", "namXayDung"]),
    (Role::Roads, "name", &["tenDuong", "tenDuongPho", "duong", "street", "road_name"]),
    (Role::Roads, "width", &["matDuong", "beRongMatDuong", "chieuRongMatDuong"]),
    (Role::Roads, "class", &["highway", "capDuong", "loaiDuong", "fclass", "cap_hang"]),
    (Role::Roads, "code", &["ref", "maDuong"]),
    (Role::PlanningZones, "name", &["tenDoiTuong", "tenLoDat"]),
    (
        Role::PlanningZones,
        "function",
        &["chucNangSuDungDatMuc1", "chucNangSuDungDat", "chucNang", "chucNangSDD"],
    ),
    (
        Role::PlanningZones,
        "use_code",
        &["loaiDatQH", "maLoaiDat", "loaiDat", "chucNangSuDungDatMuc3"],
    ),
    (Role::PlanningBoundaries, "area_ha", &["dienTichHa", "quyMo", "dienTich"]),
    (Role::PlanningBoundaries, "name", &["tenQuyHoach", "tenDoAn", "tenHoSo"]),
    (Role::BoundaryMarkers, "northing", &["toaDoX", "x"]),
    (Role::BoundaryMarkers, "easting", &["toaDoY", "y"]),
    (Role::BoundaryMarkers, "elevation", &["caoDo", "z", "h"]),
    (Role::Parcels, "parcel", &["soThuTuThua", "soThua", "thua", "shthua", "sothututh"]),
    (Role::Parcels, "area", &["dienTich", "dientichtd", "dt"]),
    (Role::Communes, "name", &["tenXa", "ten_xa", "tenXaPhuong", "tenDVHC", "ten_dvhc", "ward"]),
    (Role::Communes, "code", &["maXa", "ma_xa", "maDVHC", "ma_dvhc", "ward_code"]),
    (Role::Communes, "kind", &["loaiDVHC", "capDVHC"]),
    (Role::Villages, "name", &["tenThon", "tenTo", "ten_thon"]),
    (Role::Drains, "shape", &["loaiCongThoatNuoc", "loaiCong", "hinhDang"]),
    (Role::Lamps, "luminaire", &["loaiDen", "loaiBongDen"]),
    (Role::Water, "kind", &["water", "natural", "loai"]),
    (Role::Watercourses, "kind", &["waterway", "loai"]),
    (Role::Facilities, "kind", &["amenity", "loaiCongTrinh", "phanLoai"]),
    (Role::PlaceNames, "kind", &["place"]),
    (Role::Gauges, "river", &["song", "tenSong"]),
];

const GENERAL: &[General] = &[
    ("code", &["ma", "maSo", "maDoiTuong", "maHieu", "id_code", "ref"]),
    ("name", &["ten", "tenDoiTuong", "tenGoi", "name:vi", "ten_vn", "tenViet"]),
    ("name_en", &["name:en", "tenTiengAnh"]),
    ("height", &["chieuCao", "cao", "building:height", "chieuCaoCongTrinh", "est_height"]),
    (
        "storeys",
        &[
            "soTang",
            "tangCao",
            "building:levels",
            "levels",
            "so_tang",
            "floors",
            "num_floors",
            "soTangCao",
            "stories",
            "storeys_above",
            // CityGML, which CityJSON follows.
            "storeysAboveGround",
        ],
    ),
    ("roof", &["loaiMai", "roof:shape", "kieuMai"]),
    ("address", &["diaChi", "diaChiThuaDat", "addr:full", "dia_chi"]),
    ("parcel", &["soThua", "thuaDat"]),
    ("ground", &["caoDoMatDat", "caoDoTuNhien", "cdtn", "caoDoNen"]),
    ("households", &["soHo", "so_ho"]),
    ("people", &["danSo", "soNguoi", "nhanKhau", "population", "dan_so"]),
    ("commune", &["maXa", "xa", "xaPhuong", "maDVHC", "phuongXa"]),
    ("village", &["thon", "tenThon", "toDanPho", "khuPho"]),
    ("built_year", &["namXayDung", "namXD", "namHoanThanh"]),
    ("width", &["beRong", "chieuRong", "rong"]),
    ("planned_width", &["loGioi", "lo_gioi", "chiGioi"]),
    ("right_of_way", &["loGioi", "lo_gioi", "beRongLoGioi"]),
    ("lanes", &["soLan", "soLanXe"]),
    ("oneway", &["motChieu", "duongMotChieu"]),
    ("bridge", &["cau", "trenCau"]),
    ("max_speed", &["maxspeed", "tocDo", "tocDoToiDa"]),
    ("surface", &["ketCau", "matDuongKetCau", "ketCauMatDuong", "vatLieuMat"]),
    ("road", &["tenDuong", "tuyenDuong", "duong", "tuyen"]),
    ("sheet", &["soHieuToBanDo", "soToBanDo", "toBanDo", "soTo", "shbando", "soHieuTo"]),
    ("old_sheet", &["soToCu", "soHieuToBanDoCu", "toBanDoCu"]),
    ("old_parcel", &["soThuaCu", "soThuTuThuaCu"]),
    ("area", &["dienTich", "dien_tich", "dienTichM2", "shape_area"]),
    ("legal_area", &["dienTichPhapLy", "dtpl"]),
    ("use_code", &["loaiDat", "maLoaiDat", "mucDichSuDung", "mdsd", "loaiDatKK", "maDat"]),
    ("owner_name", &["chuSuDung", "tenChu", "chuSoHuu", "owner", "tenChuSuDung", "hoTen"]),
    ("certificate", &["soHieuGCN", "soGCN", "soVaoSo"]),
    ("plan_code", &["maHoSoQH", "maHoSo", "maQuyHoach"]),
    ("lot", &["kyHieuLoDat", "kyHieuLo", "loDat", "tenLo", "kyHieu"]),
    ("density", &["matDoXayDung", "matDoXD", "mdxd"]),
    ("max_storeys", &["tangCaoXayDung", "tangCaoToiDa", "tangCao", "soTang", "tcxd"]),
    ("floor_area_ratio", &["heSoSuDungDat", "heSoSDD", "hssdd", "far"]),
    ("setback", &["khoangLuiXayDung", "khoangLui"]),
    ("plan_level", &["capDoQuyHoach", "capDoQH", "loaiQuyHoach"]),
    ("plan_status", &["trangThaiQuyHoach", "trangThai"]),
    ("decision", &["soQuyetDinh", "quyetDinh", "soQD"]),
    ("decision_date", &["ngayQuyetDinh", "ngayBanHanh", "ngayQD", "ngayPheDuyet"]),
    ("scale", &["tyLe", "tiLe", "tyLeBanDo"]),
    ("valid_from", &["hieuLucTu", "ngayHieuLuc", "ngayBatDau"]),
    ("valid_to", &["hieuLucDen", "ngayHetHieuLuc", "ngayKetThuc"]),
    ("diameter", &["duongKinh", "dk", "duong_kinh"]),
    ("material", &["chatLieu", "vatLieu"]),
    ("length", &["chieuDai", "dai", "shape_length", "shape_leng"]),
    ("depth", &["chieuSau", "doSau"]),
    ("slope", &["doDoc"]),
    ("status", &["tinhTrang", "hienTrang"]),
    ("power", &["congSuat"]),
    ("capacity", &["dungTich", "congSuat", "sucChua"]),
    ("voltage", &["dienThe", "capDienThe", "dienAp"]),
    ("cabinet", &["tuDieuKhien", "maTu", "tenTu"]),
    ("feeder", &["lo", "nhanh", "maLo"]),
    ("invert", &["caoDoDay", "cdDay"]),
    ("invert_from", &["caoDoDayDau", "caoDoDauCong"]),
    ("invert_to", &["caoDoDayCuoi", "caoDoCuoiCong"]),
    ("from_node", &["nutDau", "tuNut"]),
    ("to_node", &["nutCuoi", "denNut"]),
    ("species", &["loaiCay", "tenCay", "species:vi"]),
    ("crown", &["duongKinhTan", "tanCay", "diameter_crown"]),
    ("province", &["tinh", "tenTinh", "tinhThanh", "thanhPho"]),
    ("area_km2", &["dienTichKm2", "dtkm2"]),
    ("area_ha", &["dienTichHa", "dtha"]),
    ("kind", &["loai", "phanLoai", "type"]),
    ("operator", &["donViQuanLy", "donViVanHanh", "nhaMang", "nhaDauTu"]),
    ("level", &["mucNuoc", "caoDoVetLu", "caoTrinh"]),
    ("event", &["tranLu", "dotLu"]),
    ("date", &["ngay", "ngayDo"]),
    ("datum", &["heCaoDo"]),
    ("crest", &["caoTrinhDinh", "caoDoDinh"]),
];
