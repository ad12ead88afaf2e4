/// `encoding-type=url`: keys in answers whose characters XML may not carry.
package enum S3KeyEncoding {
    /// As S3 and as `URLEncoder` of Java, with the slash kept: a blank is a plus.
    package static func encode(_ key: String) -> String {
        var encoded: [UInt8] = []
        for byte in key.utf8 {
            switch byte {
            case UInt8(ascii: "/"), UInt8(ascii: "*"): encoded.append(byte)
            case UInt8(ascii: " "): encoded.append(UInt8(ascii: "+"))
            case UInt8(ascii: "~"): encoded += "%7E".utf8
            default: encoded += PercentEncoding.encode(bytes: CollectionOfOne(byte))
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }
}
