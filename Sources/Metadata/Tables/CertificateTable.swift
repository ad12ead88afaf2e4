import Foundation

/// The certificate that bundles for a Region are made with: one row.
package struct CertificateTable {
    package struct Row: Hashable, Sendable {
        package let pem: String
        /// The private key, sealed: PKCS #8 in PEM.
        package let sealedKey: [UInt8]
        package let createdAt: Date

        package init(pem: String, sealedKey: [UInt8], createdAt: Date) {
            self.pem = pem
            self.sealedKey = sealedKey
            self.createdAt = createdAt
        }
    }

    private let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    /// Nil before the Region was first served.
    package func certificate() throws -> Row? {
        try transaction.firstRow("SELECT * FROM region_certificate").map {
            Row(pem: try $0.text("pem"), sealedKey: try $0.bytes("sealed_key"), createdAt: try $0.date("created_at"))
        }
    }

    /// There must be none yet: bundles are made for the one that there is.
    package func insert(_ row: Row) throws {
        try transaction.execute(
            "INSERT INTO region_certificate (pem, sealed_key, created_at) VALUES (?, ?, ?)",
            [.text(row.pem), .bytes(row.sealedKey), .date(row.createdAt)]
        )
    }

    package func setSealedKey(_ sealed: [UInt8]) throws {
        try transaction.execute("UPDATE region_certificate SET sealed_key = ?", [.bytes(sealed)])
    }
}
