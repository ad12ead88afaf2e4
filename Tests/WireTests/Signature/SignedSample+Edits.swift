import Foundation
import TestSupport
import Wire

/// Edits of what stands on the wire. Most break the signature; the others must not matter.
extension SignedSample {
    private typealias Edit = @Sendable (inout SignedSample, inout SeededGenerator) -> Void

    mutating func edit(using random: inout SeededGenerator) {
        Self.pick(Self.edits, &random)(&self, &random)
    }

    private static let edits: [Edit] = [
        { $0.request.query = changed($0.request.query, &$1) },
        { $0.request.path = changed($0.request.path, &$1) },
        { $0.request.query = escaped($0.request.query, &$1) },
        { $0.request.query = escaped($0.request.query, &$1) },
        { $0.request.path = escaped($0.request.path, &$1) },
        { $0.request.query = unescaped($0.request.query, &$1) },
        { $0.request.path = unescaped($0.request.path, &$1) },
        { sample, _ in sample.request.query = sample.request.query.replacingOccurrences(of: "%20", with: "+") },
        { sample, _ in sample.request.query = sample.request.query.replacingOccurrences(of: "+", with: "%20") },
        { sample, random in
            let pair = pick(addedPairs, &random)
            sample.request.query = Bool.random(using: &random) ? "\(pair)&\(sample.request.query)" : "\(sample.request.query)&\(pair)"
        },
        { sample, random in
            var pairs = sample.request.query.split(separator: "&", omittingEmptySubsequences: false)
            pairs.insert(pick(addedPairs, &random)[...], at: Int.random(in: 0...pairs.count, using: &random))
            sample.request.query = pairs.joined(separator: "&")
        },
        { sample, random in
            sample.request.query = sample.request.query.split(separator: "&").shuffled(using: &random).joined(separator: "&")
        },
        { $0.request.query = replacingOne("&", by: pick(["%26", ";", "&&", "%0A", "%0a"], &$1), in: $0.request.query, &$1) },
        { $0.request.query = replacingOne("%26", by: "&", in: $0.request.query, &$1) },
        { $0.request.query = replacingOne("=", by: pick(["%3D", ":", "==", "", "%3D=", "=%20"], &$1), in: $0.request.query, &$1) },
        { $0.request.path = replacingOne("/", by: pick(["//", "/./", "/x/../", "%2F", ""], &$1), in: $0.request.path, &$1) },
        { sample, random in sample.request.headers.append(pick(addedHeaders, &random)) },
        { sample, random in sample.request.headers.shuffle(using: &random) },
        { sample, random in
            guard let index = sample.request.headers.indices.randomElement(using: &random) else { return }
            sample.request.headers.append(sample.request.headers[index])
        },
        { sample, random in
            guard let index = sample.request.headers.indices.randomElement(using: &random) else { return }
            sample.request.headers.remove(at: index)
        },
        { sample, random in
            guard let index = sample.request.headers.indices.randomElement(using: &random) else { return }
            let name = sample.request.headers[index].name
            sample.request.headers[index].name = Bool.random(using: &random) ? name.uppercased() : name.lowercased()
        },
        { sample, random in
            guard let index = sample.request.headers.indices.randomElement(using: &random) else { return }
            let value = sample.request.headers[index].value
            sample.request.headers[index].value = pick(
                [" \(value) ", value.replacingOccurrences(of: " ", with: "  "), "\(value),"],
                &random
            )
        },
        { sample, _ in sample.moveBucket() },
        { sample, random in sample.sendHoisted(using: &random) },
        { $0.request.method = pick(["GET", "HEAD", "PUT", "POST", "DELETE", "get"], &$1) },
        { $0.body = Array(changed(String(decoding: $0.body, as: UTF8.self), &$1).utf8) },
    ]

    private static let addedPairs = [
        "acl", "%61cl", "version%49d=4", "versionId=4", "tagging", "%74agging", "versions", "uploads", "prefix=x", "policy=", "x-id=Other",
        "foo=1", "=", "&", "x-amz-acl=public-read", "X-Amz-Acl=public-read", "x-amz-meta-a%3Ab=c", "response-content-type=text/html",
        "Action=DeleteBucket", "X-Amz-%45xpires=604800", "x-amz-copy-source=depot/secret", "%zz=1", "%ff", "Expires=99999999999",
    ]
    private static let addedHeaders: [(name: String, value: String)] = [
        ("x-amz-acl", "public-read"), ("X-Amz-Copy-Source", "depot/secret"), ("x-amz-target", "TrentService.ScheduleKeyDeletion"),
        ("x-amz-content-sha256", "UNSIGNED-PAYLOAD"), ("Host", "localhost"), ("x-amz-date", "20261122T193432Z"), ("User-Agent", "x"),
        ("content-type", "text/html"), ("x-amz-meta-by", "another"), ("X-Amz-Decoded-Content-Length", "1"),
    ]

    /// The same object by its other address.
    private mutating func moveBucket() {
        guard let index = request.headers.firstIndex(where: { $0.name.lowercased() == "host" }) else { return }
        if request.headers[index].value == "localhost", request.path.hasPrefix("/depot") {
            request.headers[index].value = "depot.localhost"
            request.path = String(request.path.dropFirst("/depot".count))
        } else {
            request.headers[index].value = "localhost"
            request.path = "/depot" + request.path
        }
    }

    /// Sends a header that stands in the query, instead or as well.
    private mutating func sendHoisted(using random: inout SeededGenerator) {
        var pairs = request.query.split(separator: "&").map(String.init)
        guard let index = pairs.firstIndex(where: { $0.hasPrefix("x-amz-") }) else { return }
        let parts = pairs[index].split(separator: "=", maxSplits: 1).map { $0.removingPercentEncoding ?? "" }
        request.headers.append((parts[0], parts.count > 1 ? parts[1] : ""))
        if Bool.random(using: &random) { pairs.remove(at: index) }
        request.query = pairs.joined(separator: "&")
    }

    private static func changed(_ text: String, _ random: inout SeededGenerator) -> String {
        var bytes = Array(text.utf8)
        let index = Int.random(in: 0...bytes.count, using: &random)
        let new = pick(Array("&=;%+/?#acldI2056 ".utf8), &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0 where index < bytes.count: bytes[index] = new
        case 1 where index < bytes.count: bytes.remove(at: index)
        default: bytes.insert(new, at: index)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// With one character as an escape that it need not be.
    private static func escaped(_ text: String, _ random: inout SeededGenerator) -> String {
        var bytes = Array(text.utf8)
        let places = bytes.indices.filter { !"&=/%".utf8.contains(bytes[$0]) }
        guard !places.isEmpty else { return text }
        let place = pick(places, &random)
        let digits = String(bytes[place], radix: 16, uppercase: Bool.random(using: &random))
        bytes.replaceSubrange(place...place, with: Array("%\(digits.count == 1 ? "0" : "")\(digits)".utf8))
        return String(decoding: bytes, as: UTF8.self)
    }

    /// With one escape as the character that it stands for.
    private static func unescaped(_ text: String, _ random: inout SeededGenerator) -> String {
        let bytes = Array(text.utf8)
        let places = bytes.indices.filter { bytes[$0] == UInt8(ascii: "%") && $0 + 2 < bytes.count }
        guard !places.isEmpty else { return text }
        let place = pick(places, &random)
        guard let byte = UInt8(String(decoding: bytes[place + 1...place + 2], as: UTF8.self), radix: 16) else { return text }
        return String(decoding: bytes[..<place] + [byte] + bytes[(place + 3)...], as: UTF8.self)
    }

    private static func replacingOne(_ old: String, by new: String, in text: String, _ random: inout SeededGenerator) -> String {
        let parts = text.components(separatedBy: old)
        guard parts.count > 1 else { return text }
        let cut = Int.random(in: 1..<parts.count, using: &random)
        return parts[..<cut].joined(separator: old) + new + parts[cut...].joined(separator: old)
    }
}
