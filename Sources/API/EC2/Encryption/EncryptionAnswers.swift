import Wire

/// Whether encryption by default is on.
struct EncryptionByDefaultAnswer: XMLEncodable {
    let isOn: Bool

    func write(to xml: inout XMLWriter) { xml.element("ebsEncryptionByDefault", isOn) }
}

/// The default key: its ARN, or `alias/aws/ebs`.
struct DefaultKeyAnswer: XMLEncodable {
    let key: String

    func write(to xml: inout XMLWriter) { xml.element("kmsKeyId", key) }
}
