import { PaperClipOutlined } from "@ant-design/icons";
import { fileAddress } from "../api/files";
import { formatSize } from "../lib/size";

/** Files are attachments to be downloaded, one below the other. */
export function Files({ files }: { files: { id: string; name: string; size: number }[] }) {
  return files.map((f) => (
    <div key={f.id}><a href={fileAddress(f.id)} download={f.name}><PaperClipOutlined /> {f.name}</a> <span className="muted small">{formatSize(f.size)}</span></div>
  ));
}
