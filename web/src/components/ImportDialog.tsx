import { InboxOutlined } from "@ant-design/icons";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Modal, Steps, Table, Upload } from "antd";
import { useState } from "react";
import { Attempt } from "../api/idempotency";
import { asProblem, type FieldError, type Problem } from "../api/problem";
import { importProjects, templateAddress } from "../api/queries";
import type { ImportReport } from "../api/types";
import { useUnitName } from "../app/session";
import { formatAmount } from "../lib/money";

const maxBytes = 10 * 1024 * 1024;

/** ImportDialog takes a workbook in: checked as a whole first, then all of it or nothing. */
export function ImportDialog({ onClose }: { onClose: () => void }) {
  const [file, setFile] = useState<File>();
  const [attempt] = useState(() => new Attempt());
  const client = useQueryClient();
  const { message } = App.useApp();
  const check = useMutation({ mutationFn: (f: File) => importProjects(f, true, attempt.keyFor({ check: f.name, at: Date.now() })) });
  const confirm = useMutation({
    mutationFn: (f: File) => importProjects(f, false, attempt.keyFor({ import: f.name, size: f.size, modified: f.lastModified })),
    onSuccess: (report) => {
      void message.success(`已导入${report.imported}个项目`);
      void client.invalidateQueries();
      onClose();
    },
    onError: (e) => {
      if (!asProblem(e).uncertain) attempt.spend();
    },
  });
  const choose = (f: File) => {
    attempt.spend();
    confirm.reset();
    setFile(f);
    check.mutate(f);
  };
  const problem = check.error ?? confirm.error;
  const report = check.data;
  return (
    <Modal
      open
      title="导入项目表格"
      width={900}
      mask={{ closable: false }}
      onCancel={onClose}
      footer={[
        <Button key="cancel" onClick={onClose}>取消</Button>,
        <Button key="ok" type="primary" disabled={!file || !report || report.total === 0} loading={confirm.isPending} onClick={() => file && confirm.mutate(file)}>
          {report && report.total > 0 ? `确认导入${report.total}个项目` : "确认导入"}
        </Button>,
      ]}
    >
      <div className="stack">
        <Steps size="small" current={report ? 1 : 0} items={[{ title: "选择表格" }, { title: "核对预览" }, { title: "确认导入" }]} />
        <Upload.Dragger
          accept=".xlsx"
          maxCount={1}
          showUploadList={false}
          disabled={check.isPending || confirm.isPending}
          beforeUpload={(f) => {
            if (f.size > maxBytes) void message.error("文件不能超过10 MB");
            else choose(f);
            return false;
          }}
        >
          <p style={{ margin: 0 }}><InboxOutlined style={{ fontSize: 22, marginInlineEnd: 8 }} />{file ? `${file.name}(点击可重新选择)` : "点击选择,或把 xlsx 文件拖到这里"}</p>
          <p className="muted small" style={{ margin: "4px 0 0" }}>先检查、后导入:有一处错误就一行也不导入。表头按<a href={templateAddress} download onClick={(e) => e.stopPropagation()}>模板</a>,列的先后不限。</p>
        </Upload.Dragger>
        <div aria-live="polite" className="stack">
          {check.isPending && <span className="muted">正在检查……</span>}
          {problem && <ImportProblem problem={asProblem(problem)} />}
          {report && !check.isPending && <Preview report={report} />}
        </div>
      </div>
    </Modal>
  );
}

/** ImportProblem lists everything that is wrong with a workbook, by cell. */
export function ImportProblem({ problem }: { problem: Problem }) {
  return (
    <>
      <Alert type={problem.uncertain ? "warning" : "error"} showIcon role="alert" title={problem.message} />
      {problem.errors.length > 0 && (
        <Table<FieldError>
          aria-label="表格中的错误"
          size="small"
          rowKey={(e) => e.field + e.code + e.message}
          dataSource={problem.errors}
          pagination={problem.errors.length > 10 ? { pageSize: 10, size: "small", showTotal: (n) => `共${n}处` } : false}
          columns={[{ title: "位置", dataIndex: "field", width: 200 }, { title: "问题", dataIndex: "message" }]}
        />
      )}
    </>
  );
}

function Preview({ report }: { report: ImportReport }) {
  const unitName = useUnitName();
  const shown = report.rows.length < report.total ? `,下面是前${report.rows.length}个` : "";
  return (
    <>
      <Alert type="success" showIcon title={`检查通过,共${report.total}个项目${shown}。`} />
      {report.warnings.length > 0 && (
        <Alert
          type="warning"
          showIcon
          title={`${report.warnings.length}处提醒,不影响导入`}
          description={
            <ul className="warnings">
              {report.warnings.map((w, i) => <li key={i}>{w.field}:{w.message}</li>)}
            </ul>
          }
        />
      )}
      <Table
        aria-label="导入预览"
        size="small"
        rowKey={(r) => `${r.sheet}!${r.row}`}
        dataSource={report.rows}
        pagination={{ pageSize: 8, size: "small", hideOnSinglePage: true }}
        columns={[
          { title: "行", dataIndex: "row", width: 60 },
          { title: "项目名称", dataIndex: "name" },
          { title: "投资方", dataIndex: "investor" },
          { title: "县市区", key: "county", width: 130, render: (_, r) => unitName(r.county_id) },
          { title: "协议金额", key: "amount", width: 130, align: "right", render: (_, r) => formatAmount(r.agreed_amount) },
          { title: "阶段", width: 90, dataIndex: "stage_label" },
        ]}
      />
    </>
  );
}
