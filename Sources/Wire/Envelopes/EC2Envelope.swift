/// What stands around every answer of EC2.
///
/// The request's id is `requestId` in an answer and `RequestID` in an error, and errors carry no namespace: clients know both.
package enum EC2Envelope {
    package static let namespace = "http://ec2.amazonaws.com/doc/2016-11-15/"

    package static func success(action: String, requestID: String, body: any XMLEncodable) -> [UInt8] {
        var xml = XMLWriter()
        xml.element("\(action)Response", attributes: [("xmlns", namespace)]) { xml in
            xml.element("requestId", requestID)
            body.write(to: &xml)
        }
        return xml.bytes
    }

    package static func error(code: String, message: String, requestID: String) -> [UInt8] {
        var xml = XMLWriter()
        xml.element("Response") { xml in
            xml.element("Errors") { xml in
                xml.element("Error") { xml in
                    xml.element("Code", code)
                    xml.element("Message", message)
                }
            }
            xml.element("RequestID", requestID)
        }
        return xml.bytes
    }
}
