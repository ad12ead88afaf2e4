import API
import HTTPTypes
import NIOCore
import Wire

/// Styles, script and icon: the same for everybody, and kept by browsers as long as they do not change.
enum StaticFiles {
    static let root = Console.root + "files/"

    private static let files: [String: (type: String, bytes: [UInt8])] = [
        "console.css": ("text/css; charset=utf-8", EmbeddedFiles.styles),
        "console.js": ("text/javascript; charset=utf-8", EmbeddedFiles.script),
        "upload.js": ("text/javascript; charset=utf-8", PackageResources.upload_js),
        "disk.js": ("text/javascript; charset=utf-8", PackageResources.disk_js),
        "inflate.js": ("text/javascript; charset=utf-8", PackageResources.inflate_js),
        "icon.svg": ("image/svg+xml", PackageResources.icon_svg),
    ]

    static func reply(to request: IncomingRequest, _ name: String) -> Reply {
        guard let file = files[name], request.method != .post else { return Reply(status: .notFound) }
        // What is asked for by its version never changes.
        let isVersioned = request.target.query.parameters.contains { $0.name == "v" && $0.value == EmbeddedFiles.version }
        return Reply(
            status: .ok,
            headers: [.contentType: file.type, .cacheControl: isVersioned ? "public, max-age=31536000, immutable" : "no-cache"],
            body: ByteBuffer(bytes: file.bytes)
        )
    }
}
