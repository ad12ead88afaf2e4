/// What EC2 allows as an image's name (docs/behaviour/images.md, "Names").
package enum ImageName {
    package static func check(_ name: String) throws {
        guard (3...128).contains(name.utf8.count), name.utf8.allSatisfy(isAllowed) else {
            throw Fault(
                .invalidImageNameMalformed,
                "AMI names must be between 3 and 128 characters long, and may contain letters, numbers, '(', ')', '.', '-', '/' and '_'"
            )
        }
    }

    package static func duplicate(_ name: String, of id: ImageID) -> Fault {
        Fault(.invalidImageNameDuplicate, "AMI name \(name) is already in use by AMI \(id)")
    }

    private static let punctuation = Set("()[] ./-'@_".utf8)

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
        default: punctuation.contains(byte)
        }
    }
}
