//! SensorThings as others speak it: clients and validators of other people against the real server.

mod clients;
