/// A refusal of S3: the code, a sentence for people, and the elements that S3 adds for some codes (`BucketName`, `Key`, …).
package struct S3Error: Error, Sendable, Equatable {
    package struct Detail: Sendable, Equatable {
        package let name: String
        package let value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    package let code: S3ErrorCode
    package let message: String
    package let details: [Detail]

    package init(_ code: S3ErrorCode, _ message: String, details: [Detail] = []) {
        self.code = code
        self.message = message
        self.details = details
    }

    /// A value of the request that S3 does not take.
    ///
    /// - Parameter value: shown in the answer, at most its first 256 characters.
    package static func invalidArgument(_ name: String, _ value: String, _ reason: String) -> S3Error {
        let details = [Detail("ArgumentName", name), Detail("ArgumentValue", String(value.prefix(256)))]
        return S3Error(.invalidArgument, reason, details: details)
    }

    package static func malformedXML(_ reason: String) -> S3Error {
        let rule = "The XML you provided was not well-formed or did not validate against our published schema"
        return S3Error(.malformedXML, "\(rule): \(reason)")
    }

    /// The document of the answer; not sent for HEAD, nor with 304.
    ///
    /// - Parameter resource: the path of the request, as sent.
    package func document(resource: String, requestID: String) -> [UInt8] {
        var xml = XMLWriter()
        xml.element("Error") { xml in
            xml.element("Code", code.rawValue)
            xml.element("Message", message)
            for detail in details { xml.element(detail.name, detail.value) }
            xml.element("Resource", resource)
            xml.element("RequestId", requestID)
            xml.element("HostId", requestID)
        }
        return xml.bytes
    }
}

extension S3Error: CustomStringConvertible {
    package var description: String { "\(code.rawValue): \(message)" }
}
