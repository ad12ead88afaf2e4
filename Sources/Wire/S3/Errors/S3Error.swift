/// A refusal of S3: a code, a sentence for people, and the values of the elements that S3 adds (`BucketName`, `Key`, …).
package struct S3Error: Error, Sendable, Equatable {
    package struct Detail: Sendable, Equatable {
        package let element: S3ErrorElement
        package let value: String

        package init(_ element: S3ErrorElement, _ value: String) {
            self.element = element
            self.value = value
        }
    }

    package let code: S3ErrorCode
    package let message: String
    package let details: [Detail]

    /// - Parameters:
    ///   - message: for codes under which S3 says this or that; nil for the one that stands in ``S3ErrorCode/facts``.
    ///   - details: what the request itself does not tell, or tells otherwise: the key of a copy's source.
    ///   - explanation: what is known of the cause, where the message is S3's and does not say it.
    package init(_ code: S3ErrorCode, _ message: String? = nil, details: [Detail] = [], explanation: String? = nil) {
        self.code = code
        self.message = message ?? code.facts.message
        self.details = details + (explanation.map { [Detail(.additionalMessage, $0)] } ?? [])
    }

    /// A value of the request that S3 does not take.
    ///
    /// - Parameter value: shown in the answer, at most its first 256 characters; nil where S3 does not show it.
    package static func invalidArgument(_ name: String, _ value: String?, _ reason: String) -> S3Error {
        let value = value.map { [Detail(.argumentValue, String($0.prefix(256)))] } ?? []
        return S3Error(.invalidArgument, reason, details: [Detail(.argumentName, name)] + value)
    }

    package static func malformedXML(_ explanation: String) -> S3Error { S3Error(.malformedXML, explanation: explanation) }

    /// The document of the answer; not sent for HEAD, nor with 304.
    ///
    /// - Parameter subject: what the request says of itself; it fills in the elements of the code that the error does not bring.
    package func document(of subject: S3ErrorSubject, requestID: String) -> [UInt8] {
        var xml = XMLWriter()
        xml.element("Error") { xml in
            xml.element("Code", code.rawValue)
            xml.element("Message", message)
            for element in code.facts.elements + [.additionalMessage] { xml.element(element.rawValue, self[element] ?? subject[element]) }
            xml.element("RequestId", requestID)
            xml.element("HostId", requestID)
        }
        return xml.bytes
    }

    package subscript(element: S3ErrorElement) -> String? { details.first { $0.element == element }?.value }
}

extension S3Error: CustomStringConvertible {
    package var description: String {
        let explanation = self[.additionalMessage].map { " (\($0))" } ?? ""
        return "\(code.rawValue): \(message)\(explanation)"
    }
}

/// What a request says of itself, for the elements of an error.
package struct S3ErrorSubject: Sendable, Equatable {
    private var values: [S3ErrorElement: String] = [:]

    package init() {}

    /// - Parameters:
    ///   - address: nil when it cannot be read.
    ///   - query: nil when it cannot be read.
    package init(method: String, address: S3Address?, query: S3Query?) {
        values[.method] = method
        values[.bucketName] = address?.bucket
        values[.key] = address?.key
        values[.resourceType] = address?.key != nil ? "OBJECT" : address?.bucket != nil ? "BUCKET" : "SERVICE"
        values[.uploadID] = query?["uploadId"]
        values[.versionID] = query?["versionId"]
    }

    package subscript(element: S3ErrorElement) -> String? { values[element] }
}
