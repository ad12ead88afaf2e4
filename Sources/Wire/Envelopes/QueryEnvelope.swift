/// What stands around every answer of the query protocol (STS, IAM).
package enum QueryEnvelope {
    package static let stsNamespace = "https://sts.amazonaws.com/doc/2011-06-15/"
    package static let iamNamespace = "https://iam.amazonaws.com/doc/2010-05-08/"

    /// Who has to change something: `Sender` for 4xx, `Receiver` for 5xx.
    package enum Fault: String, Sendable, XMLScalar {
        case sender = "Sender"
        case receiver = "Receiver"
    }

    package static func success(
        action: String,
        requestID: String,
        namespace: String = stsNamespace,
        body: any XMLEncodable
    ) -> [UInt8] {
        var xml = XMLWriter()
        xml.element("\(action)Response", attributes: [("xmlns", namespace)]) { xml in
            xml.element("\(action)Result") { body.write(to: &$0) }
            xml.element("ResponseMetadata") { $0.element("RequestId", requestID) }
        }
        return xml.bytes
    }

    package static func error(
        code: String,
        message: String,
        requestID: String,
        namespace: String = stsNamespace,
        fault: Fault = .sender
    ) -> [UInt8] {
        var xml = XMLWriter()
        xml.element("ErrorResponse", attributes: [("xmlns", namespace)]) { xml in
            xml.element("Error") { xml in
                xml.element("Type", fault)
                xml.element("Code", code)
                xml.element("Message", message)
            }
            xml.element("RequestId", requestID)
        }
        return xml.bytes
    }
}
