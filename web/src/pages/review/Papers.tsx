import { FilePdfOutlined, FileWordOutlined } from "@ant-design/icons";
import { Button, Card, Spin } from "antd";
import type { Paper } from "../../api/types";
import { isSet, stamp } from "../../lib/time";

/** Papers are the opinion documents (研判意见书) with the hash that the record knows them by. */
export function Papers({ papers }: { papers: Paper[] }) {
  return (
    <Card title="研判意见书">
      <div className="stack">
        {papers.map((p) => (
          <div key={p.number} className="paper">
            <div>
              <b>{p.number}</b>
              <div className="muted small">{isSet(p.issued_at) ? `${stamp(p.issued_at)} 制发` : <><Spin size="small" /> 正在制作</>}</div>
            </div>
            {p.pdf && <File icon={<FilePdfOutlined />} label="下载PDF" address={p.pdf} hash={p.pdf_sha256} />}
            {p.word && <File icon={<FileWordOutlined />} label="下载Word" address={p.word} hash={p.word_sha256} />}
          </div>
        ))}
      </div>
    </Card>
  );
}

function File({ icon, label, address, hash = "" }: { icon: React.ReactNode; label: string; address: string; hash?: string }) {
  return (
    <div>
      <Button icon={icon} href={address} download>{label}</Button>
      <div className="hash" title={`SHA-256 ${hash}`}>SHA-256 {hash.slice(0, 16)}…</div>
    </div>
  );
}
