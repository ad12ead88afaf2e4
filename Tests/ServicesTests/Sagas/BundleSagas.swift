import Domain
import Metadata
import Services
import Testing

/// RegisterImage of a bundle.
struct BundleCheckSaga: JobSaga {
    let answers = Answers()

    static func prepare(_ world: World) async throws { try await world.bundle() }

    init(_ facts: Void) {}

    /// The call has no token: whoever lost the answer looks for the name.
    func ask(in process: World) async throws -> String {
        if let known = try await process.listing(of: World.home).first { return known.id.rawValue }
        return try await process.register(bundle: "web").rawValue
    }

    func differences(of id: String, in process: World) async throws -> [String] { try await process.differences(ofImage: id) }
}

/// CopyImage of an image over a bundle.
struct BundleCopySaga: JobSaga {
    static let region = World.away

    let answers = Answers()
    private let source: ImageID

    static func prepare(_ world: World) async throws -> ImageID {
        try await world.bundle()
        let id = try await world.register(bundle: "web")
        _ = try await world.end(of: id, in: World.home)
        // Keys of RSA are made here once and not in every life.
        try await world.store(World.away).keys.certificates.require()
        return id
    }

    init(_ source: ImageID) { self.source = source }

    func ask(in process: World) async throws -> String {
        let token = ClientToken(text: "a token", fingerprint: [4])
        return try await process.images(World.away).copy(.of(source, name: "copy", token: token)).rawValue
    }

    func differences(of id: String, in process: World) async throws -> [String] {
        let found = try await process.differences(ofImage: id, in: World.away)
        guard found.isEmpty, let copy = try await process.listing(of: World.away).first else { return found }
        let (there, here) = (try await process.folder(of: source, in: World.home), try await process.folder(of: copy.id, in: World.away))
        var different = there.keys.sorted() == here.keys.sorted() ? [] : ["objects \(here.keys.sorted())"]
        // The manifest is another: its key is wrapped for the Region.
        for (name, etag) in there where !name.hasSuffix(".xml") && here[name] != etag { different.append("\(name) differs") }
        return different
    }
}

extension World {
    /// The tags of the objects beside an image's manifest, by their names.
    fileprivate func folder(of id: ImageID, in region: Region) async throws -> [String: String] {
        guard let place = try await describe(id, in: region)?.bundle?.manifest else { return [:] }
        let prefix = place.key.text.split(separator: "/").dropLast().joined(separator: "/") + "/"
        let rows = try await Objects(call(region)).list(ObjectListing(prefix: prefix), in: place.bucket.rawValue).elements
        return Dictionary(uniqueKeysWithValues: rows.map { (String($0.key.text.dropFirst(prefix.count)), $0.etag) })
    }
}
