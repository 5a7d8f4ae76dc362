import { Button, Result } from "antd";

/** Broken is what is shown when a page fails to load or to draw, as after an upgrade of the server. */
export function Broken() {
  return (
    <Result
      status="warning"
      title="页面没能打开"
      subTitle="系统可能刚刚升级,重新载入一般即可恢复。"
      extra={<Button type="primary" onClick={() => location.reload()}>重新载入</Button>}
    />
  );
}
