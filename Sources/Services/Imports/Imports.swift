import DiskImages
import Domain
import Metadata

/// Imports of disks, on behalf of one caller in one Region. Each use case is an extension in a file of its own.
package struct Imports: Sendable {
    /// How many imports of an account can be active at once.
    package static let activeMax = 20
    static let kinds: [JobWork.Kind] = [.snapshotImport, .imageImport]

    let call: Call

    package init(_ call: Call) { self.call = call }

    /// Checks that the object is there and may be one, and how it is said to be laid out. Returns the source with the object's size.
    @discardableResult
    func check(_ source: ImportSource, accepting accepted: Set<DiskFormat>) async throws -> ImportSource {
        if let name = source.format {
            guard let format = DiskFormat(ec2Name: name), accepted.contains(format) else {
                let names = DiskFormat.allCases.filter(accepted.contains).map(\.name).joined(separator: ", ")
                throw Fault(.invalidParameterValue, "Invalid value '\(name.prefix(64))' for the format of the disk: expected \(names)")
            }
        }
        var source = source
        let object = try await Self.find(source, as: call).object
        (source.bytes, source.version, source.etag) = (object.bytes, object.version, object.etag)
        return source
    }

    /// The object of a disk, and what reads it for the caller. One that was looked at before must be the same still.
    static func find(_ source: ImportSource, as call: Call) async throws -> (object: StoredObject, objects: Objects) {
        let place = "s3://\(source.bucket)/\(source.key)"
        do {
            let (object, objects) = try await call.readable(source.key, in: source.bucket)
            guard source.isSame(version: object.version, etag: object.etag) else {
                throw Fault(.invalidParameterValue, "The object \(place) was replaced before it was read: import it again")
            }
            // Its key must let the caller in as well.
            _ = try await objects.read(object, range: 0..<0)
            guard object.bytes > 0 else { throw Fault(.invalidParameterValue, "The object \(place) is empty") }
            return (object, objects)
        } catch let elsewhere as BucketElsewhere {
            throw Fault(
                .invalidParameterValue,
                "The given S3 bucket is not local to the Region: \(source.bucket) is in \(elsewhere.region), import there"
            )
        } catch is MarkerFound {
            throw Fault(.invalidParameterValue, "The object \(place) was deleted")
        } catch let fault as Fault where [.noSuchBucket, .noSuchKey, .accessDenied, .keyTooLong].contains(fault.code) {
            throw Fault(.invalidParameterValue, "The given S3 object \(place) cannot be read: \(fault.message)")
        }
    }

    /// How what is imported is kept.
    func encryption(_ request: EncryptionRequest) async throws -> SnapshotEncryption? {
        let selection = try await KeySelection(call)
        let outcome = try ImportEncryptionRules.outcome(request, isOnByDefault: selection.defaults.isOn)
        do {
            return try await selection.encryption(for: outcome)
        } catch let refusal as KeyRefusal {
            throw refusal.fault
        }
    }
}
