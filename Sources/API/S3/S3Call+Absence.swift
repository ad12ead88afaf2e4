import Domain
import Services
import Wire

/// Whether an object is there is told to who may list its bucket (GetObject's reference, "Permissions"). All others are refused, whatever it
/// is that they may do with the object if there is one.
extension S3Call {
    /// - Returns: what the client is told of an error: a refusal, if it says that there is no object and the caller may not know.
    func hidingAbsence(_ error: any Error, of action: String) async -> any Error {
        guard let bucket = Self.bucket(lackingObject: error, named: versionID != nil) else { return error }
        do {
            try await Authorizer(call).require("s3:ListBucket", on: [call.bucket(bucket)]) { request.facts(of: action) }
            return error
        } catch let refusal {
            return refusal
        }
    }

    /// - Parameter isNamed: whether a version was asked for: then it is told that it is a delete marker.
    private static func bucket(lackingObject error: any Error, named isNamed: Bool) -> String? {
        switch error {
        case let fault as Fault where [.noSuchKey, .noSuchObjectVersion].contains(fault.code): fault.details["BucketName"]
        case let marker as MarkerFound where !isNamed: marker.bucket.rawValue
        default: nil
        }
    }
}
