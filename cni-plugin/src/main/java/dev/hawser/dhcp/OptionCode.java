package dev.hawser.dhcp;

/** The options in use, by the names of RFC 2132 and 3442. */
final class OptionCode {

    static final int PAD = 0;
    static final int SUBNET_MASK = 1;
    static final int ROUTER = 3;
    static final int DOMAIN_NAME_SERVER = 6;
    static final int HOST_NAME = 12;
    static final int DOMAIN_NAME = 15;
    static final int STATIC_ROUTE = 33;
    static final int REQUESTED_ADDRESS = 50;
    static final int LEASE_TIME = 51;
    static final int OVERLOAD = 52;
    static final int MESSAGE_TYPE = 53;
    static final int SERVER_IDENTIFIER = 54;
    static final int PARAMETER_REQUEST_LIST = 55;
    static final int MESSAGE = 56;
    static final int MAXIMUM_MESSAGE_SIZE = 57;
    static final int RENEWAL_TIME = 58;
    static final int REBINDING_TIME = 59;
    static final int VENDOR_CLASS_IDENTIFIER = 60;
    static final int CLIENT_IDENTIFIER = 61;
    static final int USER_CLASS = 77;

    /** RFC 3397. */
    static final int DOMAIN_SEARCH = 119;

    /** RFC 3442. */
    static final int CLASSLESS_STATIC_ROUTE = 121;

    static final int END = 255;

    private OptionCode() {}
}
