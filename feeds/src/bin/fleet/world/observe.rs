//! What each device would measure.

use std::sync::Arc;

use super::{
    basin::Basin,
    bus::Bus,
    calendar::sun_altitude_deg,
    lamp::{Lamp, LampState},
    rain_gauge::RainGauge,
    reading::{Reading, anything},
    seed::Dice,
    station::Station,
    survey,
    tide::tide_m,
    traffic::{Detector, Signal},
    weather::{LonLat, Scenario, Weather},
};
use crate::things::{Device, DeviceKind, Features, Quantity, Stream};

/// How a device's readings come about.
#[derive(Debug)]
pub(super) enum Model {
    Gauge(usize),
    RainGauge(RainGauge),
    Pool(usize),
    Station(Station),
    Lamp(Box<Lamp>),
    /// The lamps behind a cabinet, by the index of their device.
    Cabinet(Arc<[usize]>),
    Detector(Detector),
    Signal(Signal),
    Bus(Box<Bus>),
    Other,
}

/// The devices of a city and what they stand in.
#[derive(Debug)]
pub(crate) struct World {
    dice: Dice,
    pub(super) weather: Weather,
    basin: Basin,
    models: Vec<Model>,
    centre: LonLat,
}

impl World {
    /// The world of some devices; `begin_s` is when they are first asked, in seconds since
    /// 1970-01-01T00:00:00Z.
    pub(crate) fn new(
        seed: u64,
        scenario: Scenario,
        begin_s: f64,
        devices: &[Device],
        features: &Features,
    ) -> Self {
        let dice = Dice::new(seed);
        let centre = survey::centre(devices);
        let weather = Weather::new(dice, scenario, centre);
        let (gauges, lakes) = survey::hydrology(dice, devices, centre);
        let basin = Basin::new(&gauges, &lakes, &weather, begin_s);
        let models = survey::models(dice, devices, features, centre, begin_s);
        Self { dice, weather, basin, models, centre }
    }

    /// What a datastream of a device tells at an instant; `None` where the device has nothing to
    /// tell.
    pub(crate) fn observe(
        &mut self,
        (index, device): (usize, &Device),
        stream: &Stream,
        t_s: f64,
    ) -> Option<Reading> {
        let dice = self.dice.named("reading").of(stream.id.cast_unsigned());
        let own = match stream.quantity {
            Quantity::Failure => Some(Reading::of_fault(stream, self.fault(index, t_s))),
            Quantity::Position => self.position(index, device, t_s).map(Reading::Point),
            _ => None,
        };
        if own.is_some() {
            return own;
        }
        let value =
            self.number(index, device, stream, t_s).unwrap_or_else(|| anything(dice, stream, t_s));
        Some(Reading::of(stream, value))
    }

    /// Tells a lamp, or the lamps behind a cabinet, what to do until an instant.
    ///
    /// # Errors
    /// Why it cannot be done, for people; then nothing is.
    pub(crate) fn obey(
        &mut self,
        index: usize,
        dim_pct: Option<f64>,
        until_s: f64,
    ) -> Result<(), &'static str> {
        let lamps: Arc<[usize]> = match self.models.get(index) {
            Some(Model::Lamp(lamp)) if dim_pct.is_some_and(|level| !lamp.can_burn_at(level)) => {
                return Err("đèn natri không giảm dưới 60 % / sodium lamps go no lower than 60 %");
            }
            Some(Model::Lamp(_)) => Arc::from([index]),
            Some(Model::Cabinet(lamps)) => lamps.clone(),
            _ => return Err("thiết bị không điều khiển được / this device cannot be controlled"),
        };
        for lamp in lamps.iter() {
            if let Some(Model::Lamp(lamp)) = self.models.get_mut(*lamp) {
                match dim_pct {
                    Some(dim_pct) => lamp.obey(dim_pct, until_s),
                    None => lamp.release(),
                }
            }
        }
        Ok(())
    }

    fn number(&mut self, index: usize, device: &Device, stream: &Stream, t_s: f64) -> Option<f64> {
        let noise =
            self.dice.named("noise").of(stream.id.cast_unsigned()).of(t_s.to_bits()).normal();
        let (weather, quantity) = (&self.weather, stream.quantity);
        let place = device.place.unwrap_or(self.centre);
        if quantity == Quantity::Battery {
            let charge = 0.78 + 0.2 * weather.sunshine(place, t_s) + 0.01 * noise;
            return Some(if stream.unit == "%" { 100.0 * charge } else { 11.6 + 1.6 * charge });
        }
        match self.models.get_mut(index)? {
            Model::Gauge(gauge) => {
                let stage = self.basin.stage(*gauge, weather, t_s)?;
                match quantity {
                    // Half a centimetre of waves.
                    Quantity::Level => Some(stage.level_m + 0.005 * noise),
                    Quantity::Discharge => Some(stage.discharge_m3_s * (1.0 + 0.01 * noise)),
                    Quantity::Tide => Some(tide_m(t_s) + weather.surge_m(t_s) + 0.005 * noise),
                    _ => Station::new(self.dice, place).value(quantity, &stream.unit, weather, t_s),
                }
            }
            Model::RainGauge(gauge) if quantity == Quantity::Rain => {
                Some(gauge.tips_mm(stream, weather, t_s))
            }
            Model::RainGauge(gauge) if quantity == Quantity::RainRate => {
                let hours = stream.interval_s.max(60.0) / 3600.0;
                Some(gauge.tips_mm(stream, weather, t_s) / hours)
            }
            Model::RainGauge(_) => {
                Station::new(self.dice, place).value(quantity, &stream.unit, weather, t_s)
            }
            Model::Pool(lake) => {
                let pool = self.basin.pool(*lake, weather, t_s)?;
                let million = if stream.unit.contains("10") || stream.unit.contains("tr") {
                    1e-6
                } else {
                    1.0
                };
                Some(match quantity {
                    Quantity::Level => pool.level_m + 0.004 * noise,
                    Quantity::Inflow | Quantity::Discharge => pool.inflow_m3_s,
                    Quantity::Outflow => pool.outflow_m3_s,
                    Quantity::Volume => pool.volume_m3 * million,
                    Quantity::Gate => pool.gate_pct,
                    _ => {
                        return Station::new(self.dice, place).value(
                            quantity,
                            &stream.unit,
                            weather,
                            t_s,
                        );
                    }
                })
            }
            Model::Station(station) => {
                Some(station.value(quantity, &stream.unit, weather, t_s)? * (1.0 + 0.01 * noise))
            }
            Model::Lamp(lamp) => of_lamp(lamp, quantity, t_s, noise),
            Model::Cabinet(lamps) => {
                let lamps = lamps.clone();
                self.of_cabinet(&lamps, device, stream, t_s, noise)
            }
            Model::Detector(detector) => {
                detector.value(quantity, &stream.unit, weather, t_s, stream.interval_s)
            }
            Model::Signal(signal) if quantity == Quantity::Phase => Some(signal.state(t_s)),
            Model::Bus(bus) => {
                let motion = bus.motion(t_s);
                match quantity {
                    Quantity::Speed => Some(motion.speed_km_h),
                    Quantity::Heading => Some(motion.heading_deg),
                    Quantity::Occupancy if stream.unit == "%" => Some(motion.passengers / 0.45),
                    Quantity::Occupancy => Some(motion.passengers),
                    _ => None,
                }
            }
            Model::Signal(_) | Model::Other => None,
        }
    }

    /// What the meter of a cabinet shows: its lamps and the losses of their feeders.
    fn of_cabinet(
        &mut self,
        lamps: &[usize],
        device: &Device,
        stream: &Stream,
        t_s: f64,
        noise: f64,
    ) -> Option<f64> {
        let (mut power_w, mut energy_kwh, mut burning_h) = (40.0, 0.0, 0.0_f64);
        for lamp in lamps {
            let Some(Model::Lamp(lamp)) = self.models.get_mut(*lamp) else { continue };
            power_w += 1.02 * lamp.power_w(t_s);
            if matches!(stream.quantity, Quantity::Energy | Quantity::BurningHours) {
                let totals = lamp.totals(t_s);
                energy_kwh += 1.02 * totals.0;
                burning_h = burning_h.max(totals.1);
            }
        }
        if lamps.is_empty() {
            let place = device.place.unwrap_or(self.centre);
            let is_dark = sun_altitude_deg(place[0], place[1], t_s) < -0.8;
            power_w += if is_dark { 0.8 * device.number("power").unwrap_or(3000.0) } else { 0.0 };
        }
        // The phases of a feeder are never loaded alike; each datastream is one of them.
        let uneven =
            1.0 + 0.12 * (self.dice.named("phase").of(stream.id.cast_unsigned()).unit() - 0.5);
        let voltage_v = 226.0 - power_w / 2500.0 + 1.2 * noise;
        Some(match stream.quantity {
            Quantity::Power if stream.unit.starts_with('k') => power_w / 1000.0,
            Quantity::Power => power_w,
            Quantity::Energy => energy_kwh,
            Quantity::BurningHours => burning_h,
            Quantity::Voltage => voltage_v,
            // Three phases at a power factor of 0.93.
            Quantity::Current => power_w * uneven / (3.0 * voltage_v * 0.93),
            Quantity::IsOn => f64::from(u8::from(power_w > 100.0)),
            Quantity::Temperature => {
                let place = device.place.unwrap_or(self.centre);
                self.weather.temperature_c(place, t_s) + 6.0 + power_w / 1500.0
            }
            _ => return None,
        })
    }

    fn position(&self, index: usize, device: &Device, t_s: f64) -> Option<LonLat> {
        match self.models.get(index)? {
            // A position fix is good to a few metres; six digits of a degree are a decimetre.
            Model::Bus(bus) => {
                Some(bus.motion(t_s).place.map(|degrees| (degrees * 1e6).round() / 1e6))
            }
            _ => device.place,
        }
    }

    /// Whether a device says that it is at fault.
    fn fault(&self, index: usize, t_s: f64) -> LampState {
        match self.models.get(index) {
            Some(Model::Lamp(lamp)) => lamp.state(t_s),
            _ => LampState::Sound,
        }
    }
}

fn of_lamp(lamp: &mut Lamp, quantity: Quantity, t_s: f64, noise: f64) -> Option<f64> {
    Some(match quantity {
        Quantity::Dim => lamp.dim_pct(t_s),
        Quantity::IsOn => f64::from(u8::from(lamp.power_w(t_s) > 5.0)),
        Quantity::Power => lamp.power_w(t_s),
        Quantity::Energy => lamp.totals(t_s).0,
        Quantity::BurningHours => lamp.totals(t_s).1,
        Quantity::Voltage => 225.0 + 1.5 * noise,
        Quantity::Current => lamp.power_w(t_s) / (225.0 * 0.95),
        Quantity::Temperature => 27.0 + 0.15 * lamp.power_w(t_s) + 0.5 * noise,
        _ => return None,
    })
}

/// The kinds of devices that have a model of their own.
pub(crate) fn is_modelled(kind: DeviceKind) -> bool {
    !matches!(kind, DeviceKind::Other | DeviceKind::Camera)
}
