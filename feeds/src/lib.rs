//! What the city senses: live observations in, commands to devices out.
//!
//! The promise of this crate: whatever it acknowledged (an MQTT PUBACK, an HTTP 201) was written and
//! synced to the disk before, and is found again after a crash.
