import Crypto
import Hexadecimal

/// The files of the console, which the build puts into the program.
enum EmbeddedFiles {
    /// By their names, without `.mustache`.
    static let templates: [String: String] = [
        "bucket": text(PackageResources.bucket_mustache),
        "buckets": text(PackageResources.buckets_mustache),
        "cell": text(PackageResources.cell_mustache),
        "confirm": text(PackageResources.confirm_mustache),
        "copy": text(PackageResources.copy_mustache),
        "create": text(PackageResources.create_mustache),
        "crumbs": text(PackageResources.crumbs_mustache),
        "deregister": text(PackageResources.deregister_mustache),
        "editor": text(PackageResources.editor_mustache),
        "fault": text(PackageResources.fault_mustache),
        "field": text(PackageResources.field_mustache),
        "form": text(PackageResources.form_mustache),
        "form-field": text(PackageResources.form_field_mustache),
        "form-page": text(PackageResources.form_page_mustache),
        "hidden": text(PackageResources.hidden_mustache),
        "id": text(PackageResources.id_mustache),
        "image": text(PackageResources.image_mustache),
        "image-copies": text(PackageResources.image_copies_mustache),
        "image-rows": text(PackageResources.image_rows_mustache),
        "image-state": text(PackageResources.image_state_mustache),
        "images": text(PackageResources.images_mustache),
        "instance": text(PackageResources.instance_mustache),
        "instance-console": text(PackageResources.instance_console_mustache),
        "instance-rows": text(PackageResources.instance_rows_mustache),
        "instance-state": text(PackageResources.instance_state_mustache),
        "instances": text(PackageResources.instances_mustache),
        "launch": text(PackageResources.launch_mustache),
        "layout": text(PackageResources.layout_mustache),
        "list": text(PackageResources.list_mustache),
        "more": text(PackageResources.more_mustache),
        "object": text(PackageResources.object_mustache),
        "overview": text(PackageResources.overview_mustache),
        "permissions": text(PackageResources.permissions_mustache),
        "picture": text(PackageResources.picture_mustache),
        "record": text(PackageResources.record_mustache),
        "recycle-bin": text(PackageResources.recycle_bin_mustache),
        "refusal": text(PackageResources.refusal_mustache),
        "regions": text(PackageResources.regions_mustache),
        "secret": text(PackageResources.secret_mustache),
        "selected": text(PackageResources.selected_mustache),
        "server": text(PackageResources.server_mustache),
        "server-state": text(PackageResources.server_state_mustache),
        "sessions": text(PackageResources.sessions_mustache),
        "sign-in": text(PackageResources.sign_in_mustache),
        "sign-in-link": text(PackageResources.sign_in_link_mustache),
        "sign-out": text(PackageResources.sign_out_mustache),
        "snapshot": text(PackageResources.snapshot_mustache),
        "snapshot-rows": text(PackageResources.snapshot_rows_mustache),
        "snapshot-state": text(PackageResources.snapshot_state_mustache),
        "snapshots": text(PackageResources.snapshots_mustache),
        "state": text(PackageResources.state_mustache),
        "switch-role": text(PackageResources.switch_role_mustache),
        "table": text(PackageResources.table_mustache),
        "tabs": text(PackageResources.tabs_mustache),
        "tags": text(PackageResources.tags_mustache),
        "tags-form": text(PackageResources.tags_form_mustache),
        "time": text(PackageResources.time_mustache),
        "token": text(PackageResources.token_mustache),
        "upload": text(PackageResources.upload_mustache),
        "volume": text(PackageResources.volume_mustache),
        "volume-rows": text(PackageResources.volume_rows_mustache),
        "volume-state": text(PackageResources.volume_state_mustache),
        "volumes": text(PackageResources.volumes_mustache),
    ]

    static let styles = PackageResources.console_css + PackageResources.picture_css
    static let script = PackageResources.console_js
    /// What the page that uploads disks has beside it.
    static let uploading = PackageResources.upload_js + PackageResources.disk_js + PackageResources.inflate_js

    /// Changes with what browsers keep, so that they ask anew.
    static let version = String(Hex.encode(SHA256.hash(data: styles + script + uploading)).prefix(16))

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
