/// Why a request cannot be understood: the one error of every reader in `Wire`.
///
/// Names are as they stand on the wire (`BlockDeviceMapping.1.Ebs.VolumeSize`), so that a client can find its mistake.
package struct RequestError: Error, Equatable, Sendable {
    package enum Kind: Equatable, Sendable {
        /// A required parameter is absent or an empty scalar.
        case missingParameter(String)
        /// A parameter is present but its text is not a value of the expected kind.
        case invalidValue(name: String, value: String, reason: String)
        /// Members that break constraints of the service model, each told in AWS's words.
        case constraints([String])
        /// Parameters that no action read: what keeps a missing feature from being silence.
        case unknownParameters([String])
        /// The request is not in the dialect at all.
        case malformed(String)
        /// A limit on size, count or depth was passed.
        case tooLarge(String)
        /// A value type asked for a code of its own, such as `InvalidAMIID.Malformed`.
        case rejected(code: String, message: String)
    }

    package let kind: Kind

    package init(_ kind: Kind) {
        self.kind = kind
    }

    package static func missing(_ name: String) -> RequestError {
        RequestError(.missingParameter(name))
    }

    package static func invalid(_ name: String, _ value: String, _ reason: String) -> RequestError {
        RequestError(.invalidValue(name: name, value: value, reason: reason))
    }

    package static func constraints(_ violations: [String]) -> RequestError {
        RequestError(.constraints(violations))
    }

    package static func unknown(_ names: [String]) -> RequestError {
        RequestError(.unknownParameters(names))
    }

    package static func malformed(_ reason: String) -> RequestError {
        RequestError(.malformed(reason))
    }

    package static func tooLarge(_ reason: String) -> RequestError {
        RequestError(.tooLarge(reason))
    }

    package static func rejected(code: String, message: String) -> RequestError {
        RequestError(.rejected(code: code, message: message))
    }

    /// The code that EC2 gives for this kind of error; another dialect may map `kind` itself.
    package var code: String {
        switch kind {
        case .missingParameter: "MissingParameter"
        case .invalidValue: "InvalidParameterValue"
        case .constraints: "ValidationException"
        case .unknownParameters: "UnknownParameter"
        case .malformed: "MalformedQueryString"
        case .tooLarge: "RequestEntityTooLarge"
        case .rejected(let code, _): code
        }
    }

    /// The text for people, in EC2's words where they are known.
    package var message: String {
        switch kind {
        case .missingParameter(let name):
            return "The request must contain the parameter \(name)"
        case .invalidValue(let name, let value, let reason):
            return "Value (\(Self.excerpt(value))) for parameter \(name) is invalid. \(reason)"
        case .constraints(let violations):
            let errors = violations.count == 1 ? "1 validation error" : "\(violations.count) validation errors"
            return "\(errors) detected: \(violations.joined(separator: "; "))"
        case .unknownParameters(let names):
            let shown = names.prefix(Self.longestNameList).joined(separator: ", ")
            return names.count == 1 ? "The parameter \(shown) is not recognized" : "The parameters \(shown) are not recognized"
        case .malformed(let reason), .tooLarge(let reason):
            return reason
        case .rejected(_, let message):
            return message
        }
    }

    /// An answer must not become as large as the request that it complains about.
    private static let longestNameList = 100
    private static let longestExcerpt = 256

    static func excerpt(_ value: String) -> String {
        value.utf8.count <= longestExcerpt ? value : String(value.prefix(longestExcerpt)) + "…"
    }
}

extension RequestError: CustomStringConvertible {
    package var description: String { "\(code): \(message)" }
}
