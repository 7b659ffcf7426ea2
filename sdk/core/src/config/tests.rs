use super::*;

fn refused(result: Result<Config, Error>) -> bool {
    result.is_err_and(|error| error.code == ErrorCode::InvalidConfiguration)
}

#[test]
fn a_pool_id_is_split_at_its_underscore() {
    let pool = PoolId::parse("us-east-1_Ab1Cd2Ef3").unwrap();
    assert_eq!((pool.region(), pool.name()), ("us-east-1", "Ab1Cd2Ef3"));
}

#[test]
fn malformed_pool_ids_are_refused() {
    for text in [
        "",
        "_",
        "us-east-1",
        "us-east-1_",
        "_abc",
        "us_east_1",
        "us-east-1_a b",
        "a_b\n",
    ] {
        assert!(PoolId::parse(text).is_err(), "{text:?}");
    }
    assert!(
        PoolId::parse(&["local_", &"a".repeat(50)].concat()).is_err(),
        "56 characters"
    );
}

#[test]
fn defaults_come_from_the_region() {
    let config = Config::parse("eu-west-1_Abc", "client1", &[], None).unwrap();
    assert_eq!(
        config.endpoints[0].as_str(),
        "https://cognito-idp.eu-west-1.amazonaws.com"
    );
    assert_eq!(
        config.issuer.as_str(),
        "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Abc"
    );
    let china = Config::parse("cn-north-1_Abc", "client1", &[], None).unwrap();
    assert_eq!(
        china.endpoints[0].as_str(),
        "https://cognito-idp.cn-north-1.amazonaws.com.cn"
    );
}

#[test]
fn the_issuer_is_never_derived_from_the_endpoint() {
    let config = Config::parse(
        "us-east-1_Abc",
        "client1",
        &["http://localhost:4566/"],
        None,
    )
    .unwrap();
    assert_eq!(config.endpoints[0].as_str(), "http://localhost:4566");
    assert_eq!(
        config.issuer.as_str(),
        "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Abc"
    );
    assert!(refused(Config::parse(
        "local_demo",
        "client1",
        &["http://localhost:4100"],
        None
    )));
}

#[test]
fn endpoints_are_https_or_this_machine() {
    for url in [
        "https://a.example",
        "https://a.example:8443/x",
        "http://127.0.0.1:1",
        "http://[::1]:4100",
    ] {
        assert!(Endpoint::parse(url).is_ok(), "{url}");
    }
    for url in [
        "http://a.example",
        "http://localhost.evil.example",
        "http://localhost@evil.example",
        "ftp://localhost",
        "https://",
        "https://a.example?x",
        "https://a.example#x",
        "javascript:alert(1)",
        "",
    ] {
        assert!(Endpoint::parse(url).is_err(), "{url}");
    }
}

#[test]
fn client_ids_and_usernames_are_bounded() {
    assert!(ClientId::parse("demowebclient").is_ok());
    assert!(ClientId::parse("").is_err());
    assert!(ClientId::parse("a-b").is_err());
    assert!(ClientId::parse(&"a".repeat(129)).is_err());
    assert_eq!(
        Username::parse(" ana@example.com ").unwrap().as_str(),
        "ana@example.com"
    );
    assert!(Username::parse("   ").is_err());
    assert!(Username::parse("a b").is_err());
    assert!(Username::parse(&"é".repeat(128)).is_ok());
    assert!(Username::parse(&"é".repeat(129)).is_err());
}
