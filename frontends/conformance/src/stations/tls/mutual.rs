//! `--client-ca`: only who shows a certificate of that CA gets a byte.

use rustls::AlertDescription;

use super::both;
use crate::caller::call as plain_call;
use crate::fixtures::{Folder, lines, snapshot};
use crate::http::metric;
use crate::kernel::until;
use crate::station::Station;
use crate::table::Row;
use crate::tls::{Certificates, Ended, Heard, ONLY_12, ONLY_13, Who, call, client_config};

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::new("tls::--client-ca: who belongs gets in, nobody else gets a byte", |exe| {
            let folder = Folder::new();
            let of = Certificates::new();
            let mut command = both(exe, &of);
            command.arg("--source").arg(folder.write("cars", lines(0..5)));
            command.args(["--client-ca", &of.ca(), "--tls-min", "1.2"]);
            command.args(["--admin", "127.0.0.1:0"]);
            let station = Station::launch(command, 2);
            station.wait_until_it_serves(snapshot(0..5));
            let (admin, tls) = (station.admin(), station.addresses()[1]);
            let mut refused = 0.0;
            for versions in [ONLY_13, ONLY_12] {
                for who in [
                    None,
                    Some(Who::StrangeClient),
                    Some(Who::ExpiredClient),
                    Some(Who::SelfSigned),
                    // Of the right CA, but a station's.
                    Some(Who::Good),
                ] {
                    let Heard { bytes, end } = call(tls, &client_config(&of, who, versions));
                    assert!(bytes.is_empty(), "{who:?}");
                    assert!(matches!(end, Ended::Alert(_)), "{who:?}: {end:?}");
                    if who.is_none() && std::ptr::eq(versions, ONLY_13) {
                        assert_eq!(end, Ended::Alert(AlertDescription::CertificateRequired));
                    }
                    refused += 1.0;
                    let config = client_config(&of, Some(Who::Client), versions);
                    assert_eq!(call(tls, &config).complete(), snapshot(0..5));
                }
            }
            let failed = super::handshakes::FAILED;
            until("they are counted", || (metric(admin, failed) >= refused).then_some(()));
            assert_eq!(metric(admin, failed), refused);
            // The plain listener demands nothing.
            assert_eq!(plain_call(station.address()).complete(), snapshot(0..5));
        }),
        Row::new("tls::a certificate is no matter where none is demanded", |exe| {
            let (_folder, secured) = super::handshakes::five(exe, &[]);
            for who in [Who::Client, Who::StrangeClient, Who::ExpiredClient] {
                let config = client_config(&secured.of, Some(who), ONLY_13);
                assert_eq!(call(secured.tls(), &config).complete(), snapshot(0..5));
            }
        }),
    ]
}
