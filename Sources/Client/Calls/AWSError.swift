/// A service refused a call or failed in it.
package struct AWSError: Error, Hashable, Sendable {
    /// The service's code, `InvalidAMIID.NotFound`; for answers that carry none, `HTTP` and the status.
    package var code: String
    package var message: String
    /// EBS direct's finer word, `UNRELATED_SNAPSHOTS`.
    package var reason: String?
    /// The HTTP status.
    package var status: Int
    package var requestID: String?
    /// Where the bucket is, which S3 tells when it was looked for elsewhere.
    package var bucketRegion: String?
    package var action: String
    package var region: String
    /// Which attempt was refused, from 1. Past 1, an earlier attempt may have done the work.
    package var attempt = 1

    /// The service asks to slow down; it did not take the call.
    package var isThrottle: Bool { Self.throttleCodes.contains(code) || status == 429 }

    /// Trying the same again may succeed.
    package var isPassing: Bool {
        isThrottle || status >= 500 || ["RequestTimeout", "RequestTimeoutException"].contains(code)
            || (code == "ValidationException" && message.contains("Failed to read block data"))
    }

    /// Codes under which AWS services throttle, from their public lists of common errors.
    private static let throttleCodes: Set<String> = [
        "BandwidthLimitExceeded", "EC2ThrottledException", "PriorRequestNotComplete", "RequestLimitExceeded", "RequestThrottled",
        "RequestThrottledException", "SlowDown", "Throttling", "ThrottlingException", "ThrottledException", "TooManyRequestsException",
    ]
}

extension AWSError: CustomStringConvertible {
    /// `InvalidAMIID.NotFound: The image id '[ami-1]' does not exist (CopyImage in eu-west-1, HTTP 400, request 1234)`.
    package var description: String {
        var text = message.isEmpty ? code : "\(code): \(message)"
        if let reason, !message.contains(reason) { text += " [\(reason)]" }
        text += " (\(action) in \(region), HTTP \(status)"
        if let requestID { text += ", request \(requestID)" }
        return text + ")"
    }
}

/// No usable answer came to a call: the connection could not be made, broke, or stayed silent.
package struct ConnectionFailure: Error, Sendable, CustomStringConvertible {
    package var action: String
    package var region: String
    package var endpoint: EndpointURL
    package var cause: String
    /// The causes that callers tell apart.
    package static let refused = "connection refused"
    package static let untrusted = "the server's certificate is not trusted"

    /// Whether the service may have taken the request before the connection failed.
    package var mayHaveBeenTaken: Bool
    /// Attempts made, from 1.
    package var attempt = 1

    package var description: String {
        let taken = mayHaveBeenTaken ? "; the request may have been carried out" : ""
        return "no answer from \(endpoint): \(cause) (\(action) in \(region), attempt \(attempt)\(taken))"
    }
}

/// An answer arrived and does not hold what its action promises.
package struct UnexpectedAnswer: Error, Sendable, CustomStringConvertible {
    package var action: String
    package var problem: String

    package var description: String { "the answer to \(action) cannot be read: \(problem)" }
}
