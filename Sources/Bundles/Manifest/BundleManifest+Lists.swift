extension BundleManifest.Mapping {
    /// The name of a device may have as many bytes where an image is registered.
    private static let deviceBytesMax = 255

    /// Reads `ami=sda1,root=/dev/sda1,ephemeral0=sdb,swap=sda3`, as EC2's AMI tools take it.
    ///
    /// - Throws: ``BundleError`` for what RegisterImage refuses, since of a bundle with it no image could be made.
    package static func list(from text: String) throws(BundleError) -> [BundleManifest.Mapping] {
        var mappings: [BundleManifest.Mapping] = []
        var (virtuals, devices) = (Set<String>(), Set<String>())
        for item in text.split(separator: ",", omittingEmptySubsequences: false) {
            let sides = item.split(separator: "=", omittingEmptySubsequences: false).map(\.trimmed)
            guard sides.count == 2 else {
                throw BundleError("\(BundleError.quoted(String(item))) is no mapping: expected NAME=DEVICE, as in root=/dev/sda1.")
            }
            let mapping = BundleManifest.Mapping(virtual: sides[0], device: sides[1])
            try mapping.check()
            guard virtuals.insert(mapping.virtual).inserted else { throw BundleError("'\(mapping.virtual)' is mapped twice.") }
            guard mapping.isBundledDisk || devices.insert(short(mapping.device)).inserted else {
                throw BundleError("The device '\(mapping.device)' is mapped twice.")
            }
            mappings.append(mapping)
        }
        return mappings
    }

    /// The disk of the bundle itself: as its kernel calls it, and as its machines do.
    package var isBundledDisk: Bool { virtual == "ami" || virtual == "root" }

    /// `sdb` and `/dev/sdb` are one device.
    package static func short(_ device: String) -> String { device.hasPrefix("/dev/") ? String(device.dropFirst(5)) : device }

    private func check() throws(BundleError) {
        guard isBundledDisk || virtual == "swap" || virtual.wholeMatch(of: /ephemeral[1-9]?[0-9]/) != nil else {
            throw BundleError("\(BundleError.quoted(virtual)) cannot be mapped: expected ami, root, swap or ephemeral0 to ephemeral99.")
        }
        guard device.isVisible(bytes: 1...Self.deviceBytesMax) else {
            throw BundleError(
                "The name of the device of '\(virtual)' is not 1 to \(Self.deviceBytesMax) letters, digits and signs without blanks."
            )
        }
    }
}

extension BundleManifest {
    /// Far below what a manifest can hold.
    private static let productCodesMax = 100
    private static let productCodeBytesMax = 255

    /// Reads product codes with commas between them, as EC2's AMI tools take them.
    package static func productCodes(from text: String) throws(BundleError) -> [String] {
        let codes = text.split(separator: ",", omittingEmptySubsequences: false).map(\.trimmed)
        guard codes.count <= productCodesMax else { throw BundleError("More than \(productCodesMax) product codes.") }
        for code in codes where !code.isVisible(bytes: 1...productCodeBytesMax) {
            throw BundleError(
                "\(BundleError.quoted(code)) is no product code: expected 1 to \(productCodeBytesMax) letters, digits and signs."
            )
        }
        return codes
    }
}

extension Substring {
    /// Without blanks around it: a reader of the manifest would not see them either.
    fileprivate var trimmed: String {
        var text = drop(while: { $0 == " " })
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}

extension String {
    /// Whether it is so long, and of visible ASCII alone: what stands in a manifest as it was given.
    fileprivate func isVisible(bytes count: ClosedRange<Int>) -> Bool {
        count.contains(utf8.count) && utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }
}
