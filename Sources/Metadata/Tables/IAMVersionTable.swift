/// The number under which IAM's rows have been read: what was kept of them is good as long as it stands.
package struct IAMVersionTable {
    private let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    package func version() throws -> Int64 { try transaction.firstRow("SELECT value FROM iam_version")?.integer("value") ?? 0 }

    /// To be called in every transaction that changes who may sign or who may do what.
    package func bump() throws { try transaction.execute("UPDATE iam_version SET value = value + 1") }
}
