import Domain
import HTTPTypes
import Services
import Wire

/// What is known of an object without its bytes: just what `x-amz-object-attributes` names.
struct GetObjectAttributes: S3Action {
    static let permissions =
        Permission<Self>.onObject("s3:GetObjectAttributes", version: "s3:GetObjectVersionAttributes")
        + Permission.onObject("s3:GetObject", version: "s3:GetObjectVersion")

    let request: S3Request

    func run(_ call: S3Call) async throws -> Reply {
        let asked = try Self.attributes(named: call.header("x-amz-object-attributes") ?? "")
        let page = try PartPage(call)
        let object = try await call.objects.head(call.key, in: call.bucket, version: call.versionID)
        // As for HEAD: a key that cannot be used is in the way.
        _ = try await call.objects.read(object, range: 0..<0)
        var reply = Reply.s3("GetObjectAttributesResponse") { xml in
            // Here alone without quotation marks.
            if asked.contains(.etag) { xml.element("ETag", object.etag) }
            if asked.contains(.checksum), object.checksum != nil { xml.element("Checksum") { $0.checksum(object.checksum) } }
            if asked.contains(.parts), object.isMultipart { xml.element("ObjectParts") { $0.parts(of: object, page) } }
            if asked.contains(.storageClass) { xml.element("StorageClass", "STANDARD") }
            if asked.contains(.size) { xml.element("ObjectSize", object.bytes) }
        }
        reply.headers[.lastModified] = Timestamp.http(object.modifiedAt)
        if call.keepsVersions { reply.headers[.versionID] = object.version }
        return reply
    }

    private static func attributes(named text: String) throws -> Set<ObjectAttribute> {
        let names = text.split { $0 == "," || $0.isWhitespace }
        guard !names.isEmpty else {
            throw S3Error.invalidArgument("x-amz-object-attributes", "", "The header must name the attributes that are asked for")
        }
        return Set(
            try names.map { name in
                guard let attribute = ObjectAttribute(rawValue: String(name)) else {
                    throw S3Error.invalidArgument("x-amz-object-attributes", String(name), "Invalid attribute name specified.")
                }
                return attribute
            }
        )
    }
}

private enum ObjectAttribute: String {
    case etag = "ETag"
    case checksum = "Checksum"
    case parts = "ObjectParts"
    case storageClass = "StorageClass"
    case size = "ObjectSize"
}

/// Which of an object's parts are asked for.
private struct PartPage {
    let limit: Int
    let marker: Int

    init(_ call: S3Call) throws {
        limit = min(try Self.count("x-amz-max-parts", call) ?? S3Limits.keysPerCallMax, S3Limits.keysPerCallMax)
        marker = try Self.count("x-amz-part-number-marker", call) ?? 0
    }

    private static func count(_ name: String, _ call: S3Call) throws -> Int? {
        guard let text = call.header(name) else { return nil }
        guard let count = Int(text), count >= 0 else {
            throw S3Error.invalidArgument(name, text, "The value must be an integer from 0 on")
        }
        return count
    }
}

extension XMLWriter {
    /// The parts that a multipart upload made an object of. As S3 does, it lists those whose checksums are kept, and counts others alone.
    fileprivate mutating func parts(of object: StoredObject, _ page: PartPage) {
        let parts = object.parts
        element("PartsCount", parts.count)
        guard parts.allSatisfy({ $0.checksum != nil }) else { return }
        let shown = parts.indices.dropFirst(page.marker).prefix(page.limit)
        element("PartNumberMarker", page.marker)
        element("MaxParts", page.limit)
        element("IsTruncated", shown.endIndex < parts.endIndex)
        element("NextPartNumberMarker", shown.last.map { $0 + 1 } ?? 0)
        for index in shown {
            element("Part") { xml in
                xml.element("PartNumber", index + 1)
                xml.element("Size", Int64(parts[index].range.count))
                if let value = parts[index].checksum { xml.element(value.algorithm.elementName, value.text) }
            }
        }
    }
}
