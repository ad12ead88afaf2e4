import Foundation
import Testing

/// What GNU tar makes of one disk with holes, in all its forms.
enum SparseArchives {
    struct Form: Sendable, CustomTestStringConvertible {
        let options: [String]
        var testDescription: String { options.joined(separator: " ") }
    }

    static let forms = [
        ["--format=ustar"], ["--format=gnu"], ["--format=posix"], ["--format=gnu", "--sparse"],
        ["--format=posix", "--sparse", "--sparse-version=0.0"], ["--format=posix", "--sparse", "--sparse-version=0.1"],
        ["--format=posix", "--sparse", "--sparse-version=1.0"],
    ].map(Form.init)

    /// Ten extents, so that GNU's map needs a block of its own, and a hole at the end.
    static var disk: [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 64 * 4_096 + 100)
        for index in 0..<10 {
            bytes.replaceSubrange(index * 20_480..<index * 20_480 + 4_096, with: repeatElement(UInt8(index + 1), count: 4_096))
        }
        return bytes
    }

    /// The archives of ``disk``.
    static var all: [(form: Form, bytes: [UInt8], size: Int64)] {
        get throws {
            try Tool.inFolder { folder in
                try Data(disk).write(to: folder.appending(path: "disk"))
                return try forms.map { form in
                    // By content, so that holes are found on any file system.
                    let sparse = form.options.contains("--sparse") ? ["--hole-detection=raw"] : []
                    try Tool.run("tar", ["--create", "-f", "tar"] + form.options + sparse + ["disk"], in: folder)
                    return (form, [UInt8](try Data(contentsOf: folder.appending(path: "tar"))), Int64(disk.count))
                }
            }
        }
    }
}
