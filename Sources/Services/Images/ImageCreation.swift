import Domain

/// What CreateImage is asked for.
package struct ImageCreation: Sendable {
    package var instance: String
    package var name: String
    package var description = ""
    /// Whether a guest that runs is shut down and started again, so that all that it has to write is written.
    package var reboots = true
    /// What the image has otherwise than the instance.
    package var devices: [ImageRegistration.Device] = []
    package var imageTags: [Tag] = []
    /// Each snapshot has them.
    package var snapshotTags: [Tag] = []

    package init(instance: String, name: String) {
        self.instance = instance
        self.name = name
    }
}
