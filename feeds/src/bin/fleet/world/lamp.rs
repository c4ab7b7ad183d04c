//! Street lamps: switched by the sun, dimmed by the hour, ageing, and obeying.

use super::{
    calendar::{DAY_S, hour_of, sun_altitude_deg},
    seed::Dice,
    weather::LonLat,
};

/// Seconds of a step in which energy is summed up.
const STEP_S: f64 = 300.0;
/// Lamps live by Weibull's distribution with this shape and scale: they wear out.
const WEIBULL_SHAPE: f64 = 3.0;
const WEIBULL_SCALE_Y: f64 = 22.0;
/// The lowest level of a sodium lamp, in %.
const LEAST_SODIUM_PCT: f64 = 60.0;
const YEAR_S: f64 = 365.25 * DAY_S;

/// What is wrong with a lamp.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LampState {
    Sound,
    /// It burns no more.
    Failed,
    /// It burns by day too.
    DayBurner,
    /// It goes on and off.
    Flickering,
}

impl LampState {
    /// As Smart Data Models name it (Streetlight, `status`).
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sound => "ok",
            Self::Failed => "defectiveLamp",
            Self::DayBurner => "dayBurner",
            Self::Flickering => "flicker",
        }
    }
}

/// A lamp.
#[derive(Debug, Clone)]
pub(crate) struct Lamp {
    dice: Dice,
    place: LonLat,
    watts: f64,
    is_led: bool,
    /// When it dies, in seconds since 1970-01-01T00:00:00Z.
    fails_at_s: f64,
    quirk: LampState,
    /// It comes on when the sun is below this altitude, in degrees.
    threshold_deg: f64,
    order: Option<Order>,
    /// Until when energy and hours are summed up.
    summed_s: f64,
    energy_kwh: f64,
    burning_h: f64,
}

/// What it was told to do in place of its programme.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Order {
    dim_pct: f64,
    until_s: f64,
}

impl Lamp {
    /// A lamp of so many watts that stands since some years before `begin_s`.
    pub(crate) fn new(dice: Dice, place: LonLat, watts: f64, is_led: bool, begin_s: f64) -> Self {
        let dice = dice.named("lamp");
        let age_y = dice.of(1).between(0.0, if is_led { 8.0 } else { 12.0 });
        let life_y = WEIBULL_SCALE_Y * (-(1.0 - dice.of(2).unit()).ln()).powf(1.0 / WEIBULL_SHAPE);
        let quirk = match dice.of(3).unit() {
            chance if chance < 0.005 => LampState::DayBurner,
            chance if chance < 0.012 => LampState::Flickering,
            _ => LampState::Sound,
        };
        // Eleven hours a night at three quarters of the power.
        let burning_h = age_y * 365.25 * 11.0;
        Self {
            dice,
            place,
            watts,
            is_led,
            fails_at_s: begin_s + (life_y - age_y) * YEAR_S,
            quirk,
            threshold_deg: -0.8 + 0.4 * dice.of(4).normal(),
            order: None,
            summed_s: (begin_s / STEP_S).floor() * STEP_S,
            energy_kwh: burning_h * 0.75 * watts / 1000.0,
            burning_h,
        }
    }

    /// A lamp that its layer says is broken.
    pub(crate) fn broken(self) -> Self {
        Self { fails_at_s: f64::NEG_INFINITY, ..self }
    }

    /// Whether it can burn at a level, in %: sodium lamps go out below six tenths.
    pub(crate) fn can_burn_at(&self, dim_pct: f64) -> bool {
        self.is_led || dim_pct <= 0.0 || dim_pct >= LEAST_SODIUM_PCT
    }

    /// Obeys: this level until then, its programme afterwards.
    pub(crate) fn obey(&mut self, dim_pct: f64, until_s: f64) {
        self.order = Some(Order { dim_pct: dim_pct.clamp(0.0, 100.0), until_s });
    }

    /// Forgets what it was told.
    pub(crate) fn release(&mut self) {
        self.order = None;
    }

    pub(crate) fn state(&self, t_s: f64) -> LampState {
        if t_s >= self.fails_at_s { LampState::Failed } else { self.quirk }
    }

    /// The level that its controller commands, in %.
    pub(crate) fn dim_pct(&self, t_s: f64) -> f64 {
        let wanted = match self.order {
            Some(order) if t_s < order.until_s => order.dim_pct,
            _ if sun_altitude_deg(self.place[0], self.place[1], t_s) < self.threshold_deg => {
                programme_pct(hour_of(t_s))
            }
            _ => 0.0,
        };
        if self.can_burn_at(wanted) { wanted } else { LEAST_SODIUM_PCT }
    }

    /// What it takes from the mains, in W: P(d) = P₀ (p₀ + p₁ d + p₂ d²).
    pub(crate) fn power_w(&self, t_s: f64) -> f64 {
        let standby = if self.is_led { 0.8 } else { 0.0 };
        let dim = self.dim_pct(t_s) / 100.0;
        let dim = match self.state(t_s) {
            LampState::Sound => dim,
            LampState::Failed => 0.0,
            LampState::DayBurner => dim.max(1.0),
            LampState::Flickering => {
                let is_out =
                    self.dice.of(5).of(((t_s / 180.0) as i64).cast_unsigned()).happens(0.4);
                if is_out { 0.0 } else { dim }
            }
        };
        if dim <= 0.0 {
            return standby;
        }
        let droop = 1.0 + 0.015 * self.dice.of(6).smooth(t_s / 1800.0);
        standby + self.watts * droop * (0.04 + 0.78 * dim + 0.18 * dim * dim)
    }

    /// Energy and burning hours since it was put up, in kWh and h.
    pub(crate) fn totals(&mut self, t_s: f64) -> (f64, f64) {
        while self.summed_s + STEP_S <= t_s {
            let power_w = self.power_w(self.summed_s + STEP_S / 2.0);
            self.energy_kwh += power_w * STEP_S / 3.6e6;
            if power_w > 0.1 * self.watts {
                self.burning_h += STEP_S / 3600.0;
            }
            self.summed_s += STEP_S;
        }
        (self.energy_kwh, self.burning_h)
    }
}

/// The level of a lamp that burns, by the hour: less when few are on the street (tiết giảm).
fn programme_pct(hour: f64) -> f64 {
    match hour {
        h if h >= 22.0 => 70.0,
        h if h < 4.5 => 50.0,
        h if h < 12.0 => 80.0,
        _ => 100.0,
    }
}

#[cfg(test)]
mod tests {
    use super::{super::calendar::instant_s, *};

    const TOWN: LonLat = [108.48, 15.57];

    fn at(hour: &str) -> f64 {
        instant_s(&format!("2026-11-21T{hour}:00+07:00"))
    }

    fn lamp(number: u64) -> Lamp {
        Lamp::new(Dice::new(1).of(number), TOWN, 100.0, true, at("00:00"))
    }

    fn sound() -> Lamp {
        (0..).map(lamp).find(|lamp| lamp.state(at("23:00")) == LampState::Sound).unwrap()
    }

    #[test]
    fn a_lamp_burns_at_night_by_its_programme() {
        let lamp = sound();
        // On that day the sun sets at 17:13 and rises at 5:52 over Tam Kỳ.
        for (hour, expected) in [
            ("12:00", 0.0),
            ("16:55", 0.0),
            ("17:35", 100.0),
            ("22:30", 70.0),
            ("01:00", 50.0),
            ("05:00", 80.0),
            ("06:10", 0.0),
        ] {
            assert_eq!(lamp.dim_pct(at(hour)), expected, "{hour}");
        }
        assert!(lamp.power_w(at("12:00")) < 1.0);
        assert!((97.0..104.0).contains(&lamp.power_w(at("19:00"))));
        assert!((40.0..55.0).contains(&lamp.power_w(at("01:00"))), "half the light");
    }

    #[test]
    fn an_order_goes_before_the_programme_until_it_ends() {
        let mut lamp = sound();
        lamp.obey(30.0, at("20:00"));
        assert_eq!(lamp.dim_pct(at("19:00")), 30.0);
        assert_eq!(lamp.dim_pct(at("20:00")), 100.0);
        lamp.obey(30.0, at("20:00"));
        lamp.release();
        assert_eq!(lamp.dim_pct(at("19:00")), 100.0);
    }

    #[test]
    fn a_sodium_lamp_is_not_dimmed_below_six_tenths() {
        let lamp = Lamp::new(Dice::new(1), TOWN, 250.0, false, at("00:00"));
        assert_eq!(lamp.dim_pct(at("01:00")), 60.0);
        assert!(lamp.can_burn_at(0.0) && lamp.can_burn_at(60.0) && !lamp.can_burn_at(40.0));
        assert!(sound().can_burn_at(10.0));
    }

    #[test]
    fn a_few_lamps_of_a_hundred_are_not_sound_and_it_shows_in_their_power() {
        let count = |state| (0..5000).filter(|i| lamp(*i).state(at("12:00")) == state).count();
        // Expected 0.5 % and 0.7 % of 5000, and what Weibull leaves of ages up to 8 years: 1.2 %.
        assert!((8..=50).contains(&count(LampState::DayBurner)));
        assert!((15..=60).contains(&count(LampState::Flickering)));
        assert!((30..=100).contains(&count(LampState::Failed)), "{}", count(LampState::Failed));
        let find = |state| (0..).map(lamp).find(|lamp| lamp.state(at("12:00")) == state).unwrap();
        assert!(find(LampState::Failed).power_w(at("19:00")) < 1.0);
        assert!(find(LampState::DayBurner).power_w(at("12:00")) > 95.0);
    }

    #[test]
    fn energy_is_power_over_time_however_often_it_is_asked_for() {
        let (mut often, mut once) = (sound(), sound());
        let before = often.totals(at("00:00"));
        for minute in 0..1440 {
            often.totals(at("00:00") + 60.0 * f64::from(minute));
        }
        let (after, direct) = (often.totals(at("00:00") + DAY_S), once.totals(at("00:00") + DAY_S));
        assert_eq!(after, direct);
        let (energy, hours) = (after.0 - before.0, after.1 - before.1);
        // 12.6 h of darkness at 50 to 100 W.
        assert!((0.75..1.05).contains(&energy), "{energy} kWh");
        assert!((12.2..13.0).contains(&hours), "{hours} h");
    }
}
