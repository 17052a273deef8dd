// SPDX-License-Identifier: Apache-2.0

/// Prints the one line of JSON that the program is measured by: user and system time, start
/// included, and the peak of memory.
pub fn print(events: usize) {
    // SAFETY: rusage is plain numbers, for which zeros are valid, and getrusage only writes to it.
    let usage = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        libc::getrusage(libc::RUSAGE_SELF, &mut usage);
        usage
    };
    let microseconds = |time: libc::timeval| time.tv_sec as f64 * 1e6 + time.tv_usec as f64;
    let cpu = microseconds(usage.ru_utime) + microseconds(usage.ru_stime);
    let cpu_us_per_event = cpu / events as f64;
    let peak_rss_kb = usage.ru_maxrss;
    println!(r#"{{"cpu_us_per_event":{cpu_us_per_event},"peak_rss_kb":{peak_rss_kb}}}"#);
}
