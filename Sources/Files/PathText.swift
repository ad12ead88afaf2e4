import Glibc

/// Paths as users give them, taken apart as text. Foundation's functions for this trap on some of them (a name of one character) and
/// change others.
package enum PathText {
    /// The folder that a path stands in: `.` for a bare name.
    package static func folder(of path: String) -> String {
        let rest = withoutTrailingSlashes(path)
        guard let slash = rest.utf8.lastIndex(of: slash) else { return rest.isEmpty && !path.isEmpty ? "/" : "." }
        let folder = withoutTrailingSlashes(rest[..<slash])
        return folder.isEmpty ? "/" : String(folder)
    }

    /// The last part of a path: empty for `/`.
    package static func name(of path: String) -> String {
        let path = withoutTrailingSlashes(path)
        guard let slash = path.utf8.lastIndex(of: slash) else { return String(path) }
        return String(path[path.utf8.index(after: slash)...])
    }

    /// A name within a folder.
    package static func joined(_ folder: String, _ name: String) -> String {
        folder.utf8.last == slash ? folder + name : "\(folder)/\(name)"
    }

    /// The path from the root, without `.`, `..` and repeated slashes.
    package static func absolute(_ path: String) -> String {
        let whole = path.utf8.first == slash ? path : "\(workingFolder)/\(path)"
        var parts: [String] = []
        // By bytes: an accent behind a slash would make one character of both.
        for part in whole.utf8.split(separator: slash).map({ String(Substring($0)) }) where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return "/" + parts.joined(separator: "/")
    }

    /// The way from a folder to a path, both from the root: `../nbd/1`.
    package static func relative(_ path: String, from folder: String) -> String {
        let (path, folder) = (absolute(path).utf8.split(separator: slash), absolute(folder).utf8.split(separator: slash))
        let common = zip(path, folder).prefix { $0.elementsEqual($1) }.count
        let parts = folder.dropFirst(common).map { _ in ".." } + path.dropFirst(common).map { String(Substring($0)) }
        return parts.isEmpty ? "." : parts.joined(separator: "/")
    }

    private static let slash = UInt8(ascii: "/")

    private static func withoutTrailingSlashes(_ path: some StringProtocol) -> Substring {
        var rest = Substring(path)
        while rest.utf8.last == slash { rest = rest[..<rest.utf8.index(before: rest.utf8.endIndex)] }
        return rest
    }

    private static var workingFolder: String {
        guard let name = getcwd(nil, 0) else { return "" }
        defer { free(name) }
        return String(cString: name)
    }
}
